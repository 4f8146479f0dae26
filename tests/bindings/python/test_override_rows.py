# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Traits Futures documents of futures, calls, iterations, progress and tasks of one's own, told with the override.

Each test names its rows. Where the ancestor raises AttributeError or RuntimeError, a GLib.Error with a code is raised.
"""

import os
import threading

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, Tf  # noqa: E402

TIMEOUT = int(os.environ.get("TF_TEST_TIMEOUT", "150"))  # of one wait, in seconds
WAITING, EXECUTING, CANCELLING, COMPLETED, FAILED, CANCELLED = (
    Tf.FutureState.WAITING, Tf.FutureState.EXECUTING, Tf.FutureState.CANCELLING,
    Tf.FutureState.COMPLETED, Tf.FutureState.FAILED, Tf.FutureState.CANCELLED,
)


@pytest.fixture(name="executor")
def fixture_executor():
    with Tf.Executor() as executor:
        yield executor
    while GLib.MainContext.default().iteration(False):
        pass


@pytest.fixture(name="gate")
def fixture_gate():
    """What bodies wait for; open at the end in any case."""
    gate = threading.Event()
    yield gate
    gate.set()


def done(future):
    assert future.wait(TIMEOUT)
    return future


def states_of(future):
    states = [future.get_state()]
    future.connect("notify::state", lambda future, pspec: states.append(future.get_state()))
    return states


def run_until(condition):
    while not condition():
        GLib.MainContext.default().iteration(True)


def blocked(started, gate, end=lambda: 8):
    started.set()
    assert gate.wait(TIMEOUT)
    return end()


def fail():
    raise ZeroDivisionError("by zero")


def error_of(read):
    with pytest.raises(GLib.Error) as caught:
        read()
    return caught.value


def block_workers(executor, gate):
    executor.set_max_workers(1)
    started = threading.Event()
    blocker = executor.submit_call(blocked, started, gate)
    assert started.wait(TIMEOUT)
    return blocker


# FUT


def test_fut_new_future_waits(executor, gate):
    """FUT-01, FUT-02, FUT-04, FUT-46, CALL-04: the state is what the owner has been told."""
    blocker = block_workers(executor, gate)
    future = executor.submit_call(pow, 2, 3)
    assert future.get_state() == WAITING
    assert future.is_cancellable() and not future.is_done()
    assert blocker.get_state() == WAITING
    run_until(lambda: blocker.get_state() == EXECUTING)
    assert future.get_state() == WAITING
    gate.set()
    assert done(future).result == 8


def test_fut_states_of_a_success(executor):
    """FUT-03, FUT-05, FUT-09, CALL-01: each step is seen."""
    future = executor.submit_call(pow, 2, 3)
    states = states_of(future)
    assert done(future).result == 8
    assert states == [WAITING, EXECUTING, COMPLETED]
    assert future.is_done() and not future.is_cancellable()
    assert future.exception is None


def test_fut_states_of_a_failure(executor):
    """FUT-06, FUT-26, CALL-02."""
    future = executor.submit_call(fail)
    states = states_of(future)
    done(future)
    assert states == [WAITING, EXECUTING, FAILED]
    assert future.is_done() and not future.is_cancellable()
    assert future.exception.type == "ZeroDivisionError"
    assert future.exception.text == "by zero"
    assert "in fail" in future.exception.traceback
    with pytest.raises(ZeroDivisionError):
        future.result


def test_fut_cancel_is_seen_at_once(executor, gate):
    """FUT-07, FUT-10, FUT-29: CANCELLING inside the call, and no step back when the start is told."""
    started = threading.Event()
    future = executor.submit_call(blocked, started, gate)
    states = states_of(future)
    assert started.wait(TIMEOUT)
    assert future.cancel()
    assert future.get_state() == CANCELLING
    assert not future.is_cancellable() and not future.is_done()
    gate.set()
    done(future)
    assert states == [WAITING, CANCELLING, CANCELLED]


@pytest.mark.parametrize("end", [lambda: 8, fail], ids=["returns", "raises"])
def test_fut_cancelled_whatever_the_body_does(executor, gate, end):
    """FUT-08, FUT-27, FUT-28, FUT-31, CALL-07, CALL-08, CALL-13: the body is not interrupted, its outcome not kept."""
    future = executor.submit_call(blocked, threading.Event(), gate, end)
    states = states_of(future)
    run_until(lambda: future.get_state() == EXECUTING)
    assert future.cancel()
    while GLib.MainContext.default().iteration(False):
        pass
    assert future.get_state() == CANCELLING
    gate.set()
    done(future)
    assert states == [WAITING, EXECUTING, CANCELLING, CANCELLED]
    assert error_of(lambda: future.result).matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    assert future.exception is None


def test_fut_done_is_told_once(executor):
    """FUT-21, FUT-45: and in the thread of the owner."""
    seen = []
    future = executor.submit_call(pow, 2, 3)
    future.connect("done", lambda future: seen.append((future.get_state(), future.is_done(), threading.get_ident())))
    future.connect("notify::done", lambda future, pspec: seen.append(future.get_state()))
    done(future)
    assert seen == [COMPLETED, (COMPLETED, True, threading.get_ident())]


def test_fut_state_cannot_be_written(executor):
    """FUT-22."""
    future = executor.submit_call(pow, 2, 3)
    for name in ("state", "done", "cancellable"):
        with pytest.raises(TypeError):
            future.set_property(name, 1)
    for name in ("result", "exception", "value"):
        with pytest.raises(AttributeError):
            setattr(future, name, 1)
    done(future)


def test_fut_result_too_early(executor, gate):
    """FUT-23, FUT-25: the error tells why; there is no exception before the end."""
    future = executor.submit_call(blocked, threading.Event(), gate)
    assert error_of(lambda: future.result).matches(Tf.error_quark(), Tf.Error.PENDING)
    assert future.exception is None
    gate.set()
    assert done(future).exception is None


def test_fut_result_is_the_object(executor):
    """FUT-24: any number of times."""
    thing = object()
    future = done(executor.submit_call(lambda: thing))
    assert future.result is future.result is thing


@pytest.mark.parametrize("body", [lambda: 8, fail], ids=["returns", "raises"])
def test_fut_cancel_after_the_end(executor, body):
    """FUT-30, CALL-09, CALL-10."""
    future = done(executor.submit_call(body))
    state, exception = future.get_state(), future.exception
    assert not future.cancel()
    assert future.get_state() == state
    assert future.exception == exception
    assert state == FAILED or future.result == 8


class Listening(Tf.Future):
    __gtype_name__ = "OverrideListening"

    seen = ()

    def do_message(self, kind, value):
        if kind == "unknown":
            raise ValueError(f"{kind} is not known")
        self.seen += ((kind, value),)


def test_fut_deliver_tells_the_final_message():
    """FUT-36."""
    future = Tf.Future.new_detached(Tf.Future, lambda: None)
    assert future.deliver(Tf.Message.new_started()) == (True, False)
    assert future.deliver(Tf.Message.new_returned(None)) == (True, True)
    assert future.result is None


def test_fut_subclass_gets_messages(executor, capfd):
    """FUT-41, EXC-06, EXC-08: what its handler raises is printed, and the rest is delivered."""

    class Own(Tf.BaseTask):
        future_type = Listening

        def run(self):
            self.send("one", {"a": 1})
            self.send("unknown")
            self.send("two")
            return 5

    future = executor.submit(Own())
    assert done(future).result == 5
    assert future.seen == (("one", {"a": 1}), ("two", None))
    assert "ValueError: unknown is not known" in capfd.readouterr().err


# CALL


def test_call_arguments(executor):
    """CALL-03."""
    assert done(executor.submit_call(lambda *args, **kwargs: (args, kwargs), 1, b=2)).result == ((1,), {"b": 2})


@pytest.mark.parametrize("kind", ["submit_call", "submit_progress", "submit_iteration"])
def test_cancelled_before_the_start(executor, gate, kind):
    """CALL-06, ITER-10, PROG-14, EXC-07: the callable is never called."""
    called = []
    block_workers(executor, gate)
    future = getattr(executor, kind)(lambda **kwargs: called.append(1) or [])
    states = states_of(future)
    assert future.cancel()
    gate.set()
    done(future)
    assert states == [WAITING, CANCELLING, CANCELLED]
    assert not called


def test_cancelled_before_the_start_run_is_not_called(executor, gate):
    """EXC-07: with a class."""

    class Own(Tf.BaseTask):
        def run(self):
            called.append(1)

    called = []
    block_workers(executor, gate)
    future = executor.submit(Own())
    assert future.cancel()
    gate.set()
    assert done(future).get_state() == CANCELLED
    assert not called


@pytest.mark.parametrize("kind", ["submit_call", "submit_progress", "submit_iteration"])
def test_cancelled_twice(executor, kind):
    """CALL-11, ITER-13, PROG-18."""
    future = getattr(executor, kind)(lambda **kwargs: [])
    assert future.cancel()
    assert not future.is_cancellable()
    assert not future.cancel()
    assert done(future).get_state() == CANCELLED


# ITER


def items_of(future):
    items = []
    future.connect("item", lambda future, item: items.append(item))
    return items


def test_iter_successful(executor):
    """ITER-01."""
    future = executor.submit_iteration(lambda: (1 / n for n in range(1, 4)))
    items, states = items_of(future), states_of(future)
    assert done(future).result is None
    assert items == [1.0, 1 / 2, 1 / 3]
    assert states == [WAITING, EXECUTING, COMPLETED]


def test_iter_general_iterable(executor):
    """ITER-02."""
    future = executor.submit_iteration(range, 0, 10, 3)
    items = items_of(future)
    assert done(future).result is None
    assert items == [0, 3, 6, 9]


def test_iter_not_iterable(executor):
    """ITER-03."""
    future = executor.submit_iteration(pow, 2, 3)
    items = items_of(future)
    with pytest.raises(TypeError):
        done(future).result
    assert not items


def test_iter_failing(executor):
    """ITER-04."""

    def body():
        yield 1
        yield 2
        fail()

    future = executor.submit_iteration(body)
    items = items_of(future)
    with pytest.raises(ZeroDivisionError):
        done(future).result
    assert items == [1, 2]


def test_iter_with_result(executor):
    """ITER-05."""

    def body():
        yield 1
        yield 2
        return 45

    future = executor.submit_iteration(body)
    items = items_of(future)
    assert done(future).result == 45
    assert items == [1, 2]


def test_iter_cancelled_in_the_middle(executor, gate):
    """ITER-08: nothing is delivered after the cancel, and the iteration stops at its next step."""

    def body():
        try:
            yield 1
            assert gate.wait(TIMEOUT)
            yield 2
            reached.append("after 2")
        finally:
            reached.append("end")

    reached = []
    future = executor.submit_iteration(body)
    items, states = items_of(future), states_of(future)
    run_until(lambda: items)
    assert future.cancel()
    gate.set()
    done(future)
    assert items == [1]
    assert reached == ["end"]
    assert states == [WAITING, EXECUTING, CANCELLING, CANCELLED]


def test_iter_yield_without_value(executor):
    """ITER-18: is a cancellation point, and delivers None."""

    def body():
        while True:
            yield

    future = executor.submit_iteration(body)
    items = items_of(future)
    future.connect("item", lambda future, item: future.cancel())
    assert done(future).get_state() == CANCELLED
    assert items == [None]


def test_iter_very_often(executor):
    """ITER-19: is allowed; the body waits where the loop does not keep up."""
    future = executor.submit_iteration(range, 3000)
    items = items_of(future)
    done(future)
    assert len(items) == 3000


def test_iter_late_listener(executor):
    """ITER-20, PROG-25: hears what comes later."""

    def on_item(future, item):
        if not late:
            late.append("connected")
            future.connect("item", lambda future, item: late.append(item))

    late = []
    future = executor.submit_iteration(range, 3)
    future.connect("item", on_item)
    done(future)
    assert late == ["connected", 1, 2]


# PROG


def test_prog_reports(executor):
    """PROG-01, PROG-02, PROG-05, PROG-20: each report is told, in order, unchanged."""

    def body(n_steps, progress):
        for i in range(n_steps + 1):
            progress((i, n_steps))
        progress()
        return "end"

    reports = []
    future = executor.submit_progress(body, 3)
    states = states_of(future)
    future.connect("progress", lambda future, report: reports.append(report))
    assert done(future).result == "end"
    assert reports == [(0, 3), (1, 3), (2, 3), (3, 3), None]
    assert states == [WAITING, EXECUTING, COMPLETED]


def test_prog_keyword_is_taken(executor):
    """PROG-03."""
    called = []
    with pytest.raises(TypeError):
        executor.submit_progress(lambda progress: called.append(1), progress=5)
    assert len(executor) == 0
    assert not called


@pytest.mark.parametrize("kind", ["lets it out", "catches and raises again", "returns", "raises another"])
def test_prog_cancel(executor, gate, kind):
    """PROG-06, PROG-07, PROG-08, PROG-09, PROG-10, PROG-16."""

    def body(progress):
        progress("first")
        assert gate.wait(TIMEOUT)
        try:
            progress("second")
        except Tf.TaskCancelled:
            caught.append(1)
            if kind == "returns":
                return
            if kind == "raises another":
                fail()
            raise

    caught, reports = [], []
    future = executor.submit_progress(body)
    states = states_of(future)
    future.connect("progress", lambda future, report: reports.append(report))
    run_until(lambda: reports)
    assert future.cancel()
    gate.set()
    done(future)
    assert (reports, caught) == (["first"], [1])
    assert states == [WAITING, EXECUTING, CANCELLING, CANCELLED]
    assert future.exception is None


def test_prog_failed(executor):
    """PROG-12: the report comes first."""

    def body(progress):
        progress("first")
        fail()

    seen = []
    future = executor.submit_progress(body)
    future.connect("progress", lambda future, report: seen.append(report))
    future.connect("done", lambda future: seen.append(future.get_state()))
    with pytest.raises(ZeroDivisionError):
        done(future).result
    assert seen == ["first", FAILED]


def test_prog_queued_reports_are_dropped(executor, gate):
    """PROG-15."""

    def body(progress):
        progress(1)
        progress(2)
        reported.set()
        assert gate.wait(TIMEOUT)

    reported = threading.Event()
    reports = []
    future = executor.submit_progress(body)
    future.connect("progress", lambda future, report: reports.append(report))
    assert reported.wait(TIMEOUT)
    assert future.cancel()
    gate.set()
    assert done(future).get_state() == CANCELLED
    assert not reports


def test_prog_life_of_a_task(executor):
    """PROG-19, PROG-21, PROG-22, PROG-23: the kinds of messages, and what they make of the future."""
    seen = []
    future = executor.submit_progress(lambda progress: progress("one") or "end")
    future.connect("notify::state", lambda future, pspec: seen.append(future.get_state()))
    future.connect("progress", lambda future, report: seen.append(report))
    future.connect("done", lambda future: seen.append((future.result, future.is_done())))
    done(future)
    assert seen == [EXECUTING, "one", COMPLETED, ("end", True)]
