# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tf as Python programs use it, with the override: submitting, values, failures, promises and what is derived."""

import copy
import dataclasses
import functools
import gc
import inspect
import os
import pickle
import threading
import time
from unittest import mock

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402

TIMEOUT = int(os.environ.get("TF_TEST_TIMEOUT", "150"))  # of one wait, in seconds


@pytest.fixture(name="executor")
def fixture_executor():
    with Tf.Executor() as executor:
        yield executor
    assert executor.get_state() == Tf.ExecutorState.STOPPED
    while GLib.MainContext.default().iteration(False):
        pass


def done(future):
    assert future.wait(TIMEOUT)
    return future


def until_cancelled(started=None):
    """A body that goes on until it is cancelled."""
    gate = threading.Event()
    cancellable = Tf.Task.get_current().get_cancellable()
    handler = GObject.Object.connect(cancellable, "cancelled", lambda cancellable: gate.set())
    if started is not None:
        started.set()
    if not cancellable.is_cancelled():
        assert gate.wait(TIMEOUT)
    GObject.Object.disconnect(cancellable, handler)


class Thing:
    pass


class Text(str):
    pass


class Number(int):
    pass


class Stand:
    """What says that it is something else, as proxies and mocks do."""

    def __init__(self, kind):
        self.kind = kind

    @property
    def __class__(self):
        return self.kind


OBJECTS = [
    None, True, False, 0, 1, -1, 2**31, -2**31 - 1, 2**63 - 1, -2**63, 2**63, 10**50, -10**50, 0.0, 1.5, float("inf"),
    "", "text ä", "nul \0 in it", "\udcff", b"bytes", (1, 2), [1, [2]], {"a": {1}}, Thing(), Thing, len, Text("x"),
    Number(3), Gio.Cancellable(), GLib.Variant("(si)", ("x", 1)), GLib.Bytes.new(b"ab"), ValueError("a value"),
    Tf.FutureState.FAILED, GObject.TYPE_INT, 1j, ..., Stand(GObject.Object), Stand(Tf.Future),
]
KEPT_AS_THEY_ARE = (int, float, str)


def is_same(one, other):
    if type(one) in KEPT_AS_THEY_ARE:
        return type(one) is type(other) and one == other
    return one is other


# Submitting


def test_call_gets_its_arguments(executor):
    def body(*args, **kwargs):
        return args, kwargs, threading.get_ident()

    args, kwargs, thread = done(executor.submit_call(body, 1, "two", function=3, self=4)).result
    assert (args, kwargs) == ((1, "two"), {"function": 3, "self": 4})
    assert thread != threading.get_ident()


def test_place_is_that_of_the_caller(executor):
    class Own(Tf.BaseTask):
        def run(self):
            pass

    line = inspect.currentframe().f_lineno
    futures = [
        executor.submit_call(len, "a"),
        executor.submit_progress(lambda progress: None),
        executor.submit_iteration(list),
        executor.submit(Own()),
    ]
    assert [done(future).dup_location() for future in futures] == [f"{__file__}:{line + 2 + i}" for i in range(4)]


def test_name_is_that_of_the_function(executor):
    assert done(executor.submit_call(len, "a")).get_name() == "len"
    assert done(executor.submit_call(functools.partial(len, "a"))).get_name() == "len"
    assert "test_name" in done(executor.submit_call(lambda: None)).get_name()
    assert done(executor.submit_call(type("Callable", (), {"__call__": lambda self: 5})())).result == 5
    future = done(executor.submit_call(mock.Mock(return_value=5)))
    assert (future.result, future.get_name()) == (5, "Mock")
    assert done(executor.submit_call(mock.Mock(return_value=5, func=None))).get_name() == "Mock"


def test_submit_is_refused_when_stopped():
    executor = Tf.Executor()
    assert executor.stop()
    for submit in (executor.submit_call, executor.submit_progress, executor.submit_iteration):
        with pytest.raises(GLib.Error) as caught:
            submit(list)
        assert caught.value.matches(Tf.error_quark(), Tf.Error.NOT_RUNNING)
    assert executor.shutdown()


def test_second_stop_raises():
    """EXEC-04: as in the ancestor; C returns true."""
    executor = Tf.Executor()
    assert executor.stop()
    for _ in range(2):
        with pytest.raises(GLib.Error) as caught:
            executor.stop()
        assert caught.value.matches(Tf.error_quark(), Tf.Error.NOT_RUNNING)
    assert executor.is_stopped()

    caught = []

    def stop_in_thread(executor):
        try:
            executor.stop()
        except GLib.Error as error:
            caught.append(error)

    for each in (executor, Tf.Executor()):
        thread = threading.Thread(target=stop_in_thread, args=[each])
        thread.start()
        thread.join()
    assert [error.matches(Tf.error_quark(), Tf.Error.WRONG_THREAD) for error in caught] == [True, True]


def test_with_cancels_what_is_left():
    started = threading.Event()
    with Tf.Executor() as executor:
        running = executor.submit_call(until_cancelled, started)
        assert started.wait(TIMEOUT)
    assert running.get_state() == Tf.FutureState.CANCELLED
    assert executor.get_state() == Tf.ExecutorState.STOPPED


def test_constructors():
    context = Tf.ThreadContext.new(2)
    for executor in (Tf.Executor(context=context), Tf.Executor.new_for_parallel_context(context), Tf.Executor.new()):
        assert isinstance(executor, Tf.Executor)
        with executor:
            assert done(executor.submit_call(len, "ab")).result == 2
    context.close()
    assert done(Tf.Executor.get_default().submit_call(len, "abc")).result == 3
    assert Tf.Executor.get_default() is Tf.Executor.get_default()
    assert Tf.Executor.get_default().shutdown()


def test_task_as_it_is_in_c(executor):
    def body(task, number):
        assert task.report((number,))
        assert task.yield_item({number})
        assert task.send("kind", 10**30)
        task.return_value([number])

    seen = []
    task = Tf.Task.new(body, 7)
    task.set_name("in C")
    future = executor.submit(task)
    future.connect("progress", lambda future, value: seen.append(value))
    future.connect("item", lambda future, value: seen.append(value))
    future.connect("message::kind", lambda future, kind, value: seen.append(value))
    assert done(future).result == [7]
    assert seen == [(7,), {7}, 10**30]
    with pytest.raises(GLib.Error) as caught:
        executor.submit(task)
    assert caught.value.matches(Tf.error_quark(), Tf.Error.ALREADY_SUBMITTED)


# Values


@pytest.mark.parametrize("value", OBJECTS, ids=lambda value: ascii(value)[:20].replace(" ", "_"))
def test_any_object_is_a_value(executor, value):
    def body(progress):
        progress(value)
        return value

    def items():
        yield value
        return value

    def on_news(future, *args):
        seen.append(args[-1])

    seen = []
    future = executor.submit_progress(body)
    future.connect("progress", on_news)
    assert is_same(value, done(future).result)
    assert is_same(value, future.value)

    future = executor.submit_iteration(items)
    future.connect("item", on_news)
    assert is_same(value, done(future).result)

    class Own(Tf.BaseTask):
        def run(self):
            self.send("kind", value)

    future = executor.submit(Own())
    future.connect("message::kind", on_news)
    assert done(future).result is None

    promise = Tf.Promise()
    promise.connect("progress", on_news)
    assert promise.report(value)
    assert promise.resolve(value)
    assert is_same(value, done(promise).result)

    assert is_same(value, done(promise.then(lambda done: done.result)).result)
    assert len(seen) == 4
    assert all(is_same(value, one) for one in seen)


def test_values_of_c_stay_what_they_are(executor):
    def body(task):
        task.return_value(GObject.Value(GObject.TYPE_INT, 5))

    assert done(executor.submit(Tf.Task.new(body))).result == 5
    future = done(executor.submit_call(lambda: 2**40))
    assert future.get_int64() == 2**40
    assert done(executor.submit_call(lambda: "text")).dup_string() == "text"
    assert done(executor.submit_call(lambda: True)).get_boolean() is True
    assert done(executor.submit_call(lambda: 1.5)).get_double() == 1.5
    cancellable = Gio.Cancellable()
    assert done(executor.submit_call(lambda: cancellable)).dup_object() is cancellable


# Results and failures


def test_result_before_the_end(executor):
    future = executor.submit_call(until_cancelled)
    with pytest.raises(GLib.Error) as caught:
        future.result
    assert caught.value.matches(Tf.error_quark(), Tf.Error.PENDING)
    assert future.exception is None
    assert future.value is None
    assert future.cancel()
    with pytest.raises(Tf.TaskCancelled):
        done(future).result
    assert future.exception is None
    assert future.value is None


class OwnError(Exception):
    pass


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize("exception, name, text", [
    (ValueError("oops"), "ValueError", "oops"),
    (OwnError("oops"), f"{__name__}.OwnError", "oops"),
    (KeyError("k"), "KeyError", "'k'"),
    (SystemExit(3), "SystemExit", "3"),
    (KeyboardInterrupt(), "KeyboardInterrupt", ""),
    (GeneratorExit(), "GeneratorExit", ""),
    (StopIteration(4), "StopIteration", "4"),
    (Unprintable(), f"{__name__}.Unprintable", "This exception has no text"),
    (ValueError("nul \0, half \udcff"), "ValueError", "nul \\0, half \\udcff"),
    (type("Wörd", (Exception,), {})("ä"), f"{__name__}.Wörd", "ä"),
], ids=lambda value: type(value).__name__)
def test_exception_is_raised_again(executor, exception, name, text):
    def body():
        raise exception

    future = done(executor.submit_call(body))
    assert future.get_state() == Tf.FutureState.FAILED
    for _ in range(2):
        with pytest.raises(type(exception)) as caught:
            future.result
        assert caught.value is exception
    assert future.exception[:2] == (name, text)
    assert "in body" in future.exception.traceback
    assert "overrides/Tf.py" not in future.exception.traceback
    assert future.props.error.matches(Tf.error_quark(), Tf.Error.EXCEPTION)


@pytest.mark.parametrize("error", [
    GLib.Error.new_literal(Gio.io_error_quark(), "gone", Gio.IOErrorEnum.NOT_FOUND),
    GLib.Error("gone", "g-io-error-quark", int(Gio.IOErrorEnum.NOT_FOUND)),
])
def test_error_keeps_domain_and_code(executor, error):
    def body():
        raise error

    future = done(executor.submit_call(body))
    with pytest.raises(GLib.Error) as caught:
        future.result
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)
    assert caught.value.message == "gone"
    assert future.exception[1:] == ("gone", "")


def test_error_may_be_a_class_of_its_own(executor):
    class Own(GLib.Error):
        pass

    def body():
        raise error

    error = Own("mine", "own-domain", 3)
    with pytest.raises(Own) as caught:
        done(executor.submit_call(body)).result
    assert caught.value is error


def test_exception_is_returned_by_a_bare_task(executor):
    error = ValueError("what")

    def body(task):
        task.return_exception(error)

    future = done(executor.submit(Tf.Task.new(body)))
    with pytest.raises(ValueError) as caught:
        _ = future.result
    assert caught.value is error
    assert isinstance(future.exception, Tf.Failure) and future.exception.type == "ValueError"


def test_exception_is_shared_with_what_is_derived(executor):
    future = executor.submit_call(int, "seven")
    derived = [future.then(print) for _ in range(3)]
    for one in derived:
        with pytest.raises(ValueError) as caught:
            done(one).result
        assert caught.value is future.dup_failure_payload()
    first = repr(caught.value)
    del one, derived, caught
    gc.collect()
    with pytest.raises(ValueError) as caught:
        future.result
    assert repr(caught.value) == first


def test_traceback_does_not_grow(executor):
    def body():
        raise ValueError()

    future = done(executor.submit_call(body))
    lengths = set()
    for _ in range(3):
        with pytest.raises(ValueError) as caught:
            future.result
        lengths.add(len(caught.traceback))
        assert caught.traceback[-1].name == "body"
    assert len(lengths) == 1


def test_cause_is_kept(executor):
    def body():
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error

    future = done(executor.submit_call(body))
    with pytest.raises(ValueError) as caught:
        future.result
    assert isinstance(caught.value.__cause__, KeyError)
    assert "direct cause" in future.exception.traceback


@dataclasses.dataclass(frozen=True)
class FrozenError(Exception):
    number: int


def test_exception_may_be_frozen_or_copied(executor):
    def fail(error):
        raise error

    for error in (FrozenError(3), ValueError("text")):
        future = done(executor.submit_call(fail, error))
        assert future.dup_failure_payload() is error
        assert future.dup_failure_payload() is error
    for one in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(one) is ValueError and one.args == ("text",)


def test_attribute_error_is_not_hidden(executor):
    def body():
        raise AttributeError("of the body")

    future = done(executor.submit_call(body))
    with pytest.raises(AttributeError, match="of the body"):
        future.result
    assert future.exception.type == "AttributeError"


# Progress and items


def test_progress_after_the_end_raises(executor):
    kept = []
    assert done(executor.submit_progress(lambda progress: kept.append(progress))).result is None
    with pytest.raises(Tf.TaskCancelled):
        kept[0](1)


def test_generator_is_closed_on_cancel(executor):
    closed = []

    def body():
        try:
            while True:
                yield 1
        except GeneratorExit:
            closed.append(threading.get_ident())
            raise

    future = executor.submit_iteration(body)
    future.connect("item", lambda future, item: future.cancel())
    assert done(future).get_state() == Tf.FutureState.CANCELLED
    assert closed and closed[0] != threading.get_ident()


def test_generator_that_fails_when_it_is_closed(executor):
    def body():
        try:
            while True:
                yield 1
        finally:
            raise ValueError("while it closed")

    future = executor.submit_iteration(body)
    future.connect("item", lambda future, item: future.cancel())
    assert done(future).get_state() == Tf.FutureState.CANCELLED


@pytest.mark.parametrize("iterable", [range(3), [0, 1, 2], (0, 1, 2), {0: "", 1: "", 2: ""}, iter([0, 1, 2])], ids=repr)
def test_iterables(executor, iterable):
    items = []
    future = executor.submit_iteration(lambda: iterable)
    future.connect("item", lambda future, item: items.append(item))
    assert done(future).result is None
    assert items == [0, 1, 2]


def test_items_wait_for_the_main_loop(executor):
    n_items = 5000
    items = []
    future = executor.submit_iteration(range, n_items)
    future.connect("item", lambda future, item: items.append(item))
    done(future)
    assert items == list(range(n_items))


# Classes of tasks


class Counting(Tf.Future):
    __gtype_name__ = "OverrideCounting"

    count = 0

    def do_message(self, kind, value):
        self.count += value


class CountTask(Tf.BaseTask):
    name = "count"
    description = "Counting"
    priority = GLib.PRIORITY_LOW
    future_type = Counting

    def __init__(self, numbers):
        self.numbers = numbers

    def run(self):
        self.set_total(len(self.numbers))
        for number in self.numbers:
            self.check_cancelled()
            self.set_status(f"at {number}")
            self.send("count", number)
            self.report((number,))
            self.yield_item(number)
            self.advance()
        assert not self.cancelled
        assert not self.cancellable.is_cancelled()
        return self


def test_class_of_tasks(executor):
    task = CountTask([1, 2, 3])
    seen = []
    future = executor.submit(task)
    future.connect("progress", lambda future, value: seen.append(value))
    future.connect("item", lambda future, value: seen.append(value))
    assert isinstance(future, Counting)
    assert done(future).result is task
    assert future.count == 6
    assert seen == [(1,), 1, (2,), 2, (3,), 3]
    assert (future.get_name(), future.get_description()) == ("count", "Counting")
    assert (future.get_completed_steps(), future.get_total_steps(), future.get_status()) == (3, 3, "at 3")


def test_class_of_tasks_is_submitted_once(executor):
    task = CountTask([])
    done(executor.submit(task))
    with pytest.raises(GLib.Error) as caught:
        executor.submit(task)
    assert caught.value.matches(Tf.error_quark(), Tf.Error.ALREADY_SUBMITTED)


@pytest.mark.parametrize("call", [
    lambda task: task.check_cancelled(), lambda task: task.report(1), lambda task: task.yield_item(1),
    lambda task: task.send("kind"), lambda task: task.set_progress(1), lambda task: task.advance(),
    lambda task: task.set_total(2), lambda task: task.set_status("x"),
])
def test_class_of_tasks_is_cancelled_by_an_exception(executor, call):
    seen = []

    class Own(Tf.BaseTask):
        def run(self):
            until_cancelled(started)
            assert self.cancelled
            try:
                call(self)
            except Tf.TaskCancelled as error:
                seen.append(error)
                raise

    started = threading.Event()
    future = executor.submit(Own())
    assert started.wait(TIMEOUT)
    assert future.cancel()
    assert done(future).get_state() == Tf.FutureState.CANCELLED
    assert len(seen) == 1


def test_class_of_tasks_must_have_a_body(executor):
    with pytest.raises(NotImplementedError):
        done(executor.submit(Tf.BaseTask())).result


# TaskCancelled


def test_task_cancelled_is_an_error_of_gio():
    error = Tf.TaskCancelled()
    assert isinstance(error, Exception)
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


def test_task_cancelled_without_a_cancel_is_a_failure(executor):
    def body():
        raise Tf.TaskCancelled()

    future = done(executor.submit_call(body))
    assert future.get_state() == Tf.FutureState.FAILED
    with pytest.raises(Tf.TaskCancelled):
        future.result


# Promises


def test_promise():
    promise = Tf.Promise()
    assert promise.get_state() == Tf.FutureState.EXECUTING
    thing = Thing()
    assert promise.resolve(thing)
    assert not promise.resolve(1)
    assert not promise.reject(ValueError())
    assert done(promise).result is thing
    assert Tf.Promise.new("named").get_name() == "named"


def test_promise_rejects_with_any_exception():
    for exception in (ValueError("oops"), KeyboardInterrupt(), Unprintable()):
        promise = Tf.Promise()
        assert promise.reject(exception)
        with pytest.raises(type(exception)) as caught:
            done(promise).result
        assert caught.value is exception
    promise = Tf.Promise()
    assert promise.reject(GLib.Error.new_literal(Gio.io_error_quark(), "full", Gio.IOErrorEnum.NO_SPACE))
    with pytest.raises(GLib.Error, match="full"):
        done(promise).result
    with pytest.raises(TypeError):
        Tf.Promise().reject("text")


def test_promise_from_a_thread():
    promise = Tf.Promise()
    thread = threading.Thread(target=promise.resolve, args=({"a": 1},))
    thread.start()
    assert done(promise).result == {"a": 1}
    thread.join()


# What is derived


def test_then_takes_what_it_gets(executor):
    thing = Thing()
    start = executor.submit_call(lambda: thing)
    assert done(start.then(lambda done: done.result)).result is thing
    assert done(start.then(lambda done: None)).result is None
    assert done(start.then(lambda done, *args: args, 1, "two")).result == (1, "two")
    assert done(start.then(lambda done: executor.submit_call(len, "abc"))).result == 3
    promise = Tf.Promise()
    derived = start.then(lambda done: promise)
    promise.resolve(thing)
    assert done(derived).result is thing


def test_then_may_raise(executor):
    error = OwnError("here")

    def fail(future):
        raise error

    derived = executor.submit_call(len, "").then(fail)
    with pytest.raises(OwnError) as caught:
        done(derived).result
    assert caught.value is error
    assert "in fail" in derived.exception.traceback


def test_then_may_be_a_coroutine(executor):
    async def more(future):
        return future.result + await executor.submit_call(len, "abc")

    assert done(executor.submit_call(len, "ab").then(more)).result == 5


def test_exception_goes_along_a_chain(executor):
    error = OwnError("first")

    def fail():
        raise error

    start = executor.submit_call(fail)
    called = []
    derived = start.then(called.append).finally_(lambda done: called.append(done.get_state()))
    with pytest.raises(OwnError) as caught:
        done(derived).result
    assert caught.value is error
    assert called == [Tf.FutureState.FAILED]
    mended = derived.catch(lambda done: [done.exception.text])
    assert done(mended).result == ["first"]


def test_sets(executor):
    def fail():
        raise OwnError("one of them")

    futures = [executor.submit_call(len, "a" * i) for i in range(5)]
    every = Tf.all(futures)
    assert done(every).results == [0, 1, 2, 3, 4]
    assert list(every) == futures
    assert done(Tf.all(iter(futures), wait_for_all=True)).results == [0, 1, 2, 3, 4]
    assert done(Tf.all([])).results == []
    assert done(Tf.any([executor.submit_call(fail), futures[3]])).result == 3
    never = Tf.Promise()
    assert done(Tf.race([never, futures[2]])).result == 2
    with pytest.raises(OwnError):
        done(Tf.all([futures[0], executor.submit_call(fail)], cancel_rest=True)).result
    with pytest.raises(GLib.Error) as caught:
        done(Tf.any([])).result
    assert caught.value.matches(Tf.error_quark(), Tf.Error.EMPTY)


def test_submit_then(executor):
    def work(future, *args):
        return future.result, args, threading.get_ident() != main

    main = threading.get_ident()
    assert done(executor.submit_then(executor.submit_call(len, "ab"), work, 5)).result == (2, (5,), True)
    with pytest.raises(ZeroDivisionError):
        done(executor.submit_then(executor.submit_call(len, "ab"), lambda future: 1 / 0)).result


def test_several_arguments_of_a_signal_are_a_list():
    class Sender(GObject.Object):
        @GObject.Signal(arg_types=(object, str))
        def sent(self, *args):
            pass

    sender = Sender()
    future = Tf.Future.from_signal(sender, "sent")
    assert future.value is None
    thing = {1: 2}
    sender.emit("sent", thing, "text")
    assert done(future).result == [thing, "text"]
    assert future.result[0] is thing
    assert future.value == [thing, "text"]
    assert isinstance(future.dup_value(), Tf.Values)


def test_submit_finish_gives_the_value(executor):
    def finish(executor, result):
        try:
            seen.append(executor.submit_finish(result))
        except GLib.Error as error:
            seen.append(type(error))

    def fail(task):
        task.return_new_error(Gio.io_error_quark(), int(Gio.IOErrorEnum.NOT_FOUND), "gone")

    cancelled = Gio.Cancellable()
    cancelled.cancel()
    seen = []
    for n, (body, cancellable) in enumerate((
        (lambda task: task.return_value({1: 2}), None), (lambda task: task.return_none(), None), (fail, None),
        (lambda task: task.return_none(), cancelled),
    ), 1):
        executor.submit_async(Tf.Task.new(body), cancellable, finish)
        while len(seen) < n:
            GLib.MainContext.default().iteration(True)
    assert seen == [{1: 2}, None, GLib.Error, Tf.TaskCancelled]


# Names


def test_names_of_the_typelib_are_still_there():
    for owner, names in (
        (Tf.Future, ["then", "catch", "finally_", "shield", "with_timeout", "dup_value", "get_value", "wait_async"]),
        (Tf.Promise, ["new", "resolve_int64", "reject_failure", "follow"]),
        (Tf.Executor, ["new", "submit_async", "detach", "dispatch", "attach", "map"]),
        (Tf, ["FutureState", "Error", "error_quark", "FutureSetFlags", "ThreadContext"]),
    ):
        assert [name for name in names if not hasattr(owner, name)] == []


def test_submit_is_quick(executor):
    gate = threading.Event()
    begin = time.monotonic()
    future = executor.submit_call(gate.wait, TIMEOUT)
    assert time.monotonic() - begin < 10
    gate.set()
    assert done(future).result is True
