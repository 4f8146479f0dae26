# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Durations: seconds in Python, microseconds in C."""

import decimal
import inspect
import os
import threading
import time
from concurrent import futures

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402

TIMEOUT = int(os.environ.get("TF_TEST_TIMEOUT", "150"))  # of one wait, in seconds
INT64_MAX = 2**63 - 1
LEAVE, CANCEL = Tf.TimeoutAction.LEAVE, Tf.TimeoutAction.CANCEL


class OwnIndex:
    """An integer that is no int, as other libraries have."""

    def __index__(self):
        return 3


class Call:
    """A function that takes a duration, and what C is given instead."""

    def __init__(self, owner, method, name, call, place, is_limit=True, zero=0, is_made_again=False):
        self.owner = owner
        self.method = method
        self.name = name
        self.call = call
        self.place = place
        self.is_limit = is_limit
        self.zero = zero
        self.is_made_again = is_made_again  # on the main thread, for a Ctrl-C


class Router(GObject.Object, Tf.MessageRouter):
    __gtype_name__ = "OverrideUnitsRouter"


def nothing(*args, **kwargs):
    raise AssertionError("is not called")


def on_another_thread(function, *args):
    with futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *args).result()


CALLS = [
    Call(Tf.Future, "wait", "timeout", lambda it, value: it.wait(value), 1, is_made_again=True),
    Call(Tf.Future, "wait", "timeout", lambda it, value: it.wait(timeout=value), 1, is_made_again=True),
    Call(Tf.Future, "with_timeout", "timeout", lambda it, value: it.with_timeout(value), 1),
    Call(Tf.Future, "with_timeout", "timeout", lambda it, value: it.with_timeout(timeout=value, action=CANCEL), 1),
    Call(Tf.Future, "with_timeout_full", "timeout",
         lambda it, value: it.with_timeout_full(value, LEAVE, nothing, 1), 1),
    Call(Tf.Future, "delay", "seconds", lambda it, value: Tf.Future.delay(value), 0, False),
    Call(Tf.Executor, "shutdown", "timeout", lambda it, value: it.shutdown(value), 1, is_made_again=True),
    Call(Tf.Executor, "shutdown", "timeout", lambda it, value: it.shutdown(timeout=value), 1, is_made_again=True),
    Call(Tf.Executor, "set_dispatch_budget", "dispatch_budget",
         lambda it, value: it.set_dispatch_budget(value), 1, False, None),
    Call(Tf.Executor, "set_progress_interval", "progress_interval",
         lambda it, value: it.set_progress_interval(progress_interval=value), 1, False),
    Call(Tf.CancelFlag, "wait", "timeout", lambda it, value: it.wait(value), 1),
    Call(Tf.WorkerPool, "shutdown", "timeout", lambda it, value: it.shutdown(timeout=value), 1),
    Call(Tf.MessageRouter, "route_until", "timeout", lambda it, value: it.route_until(nothing, timeout=value), 1),
]
OBJECTS = {
    Tf.Future: Tf.Promise, Tf.Executor: Tf.Executor, Tf.CancelFlag: Tf.CancelFlag.new,
    Tf.WorkerPool: lambda: Tf.WorkerPool.new(1), Tf.MessageRouter: Router,
}


@pytest.fixture(name="given", params=CALLS, ids=lambda call: f"{call.owner.__name__}.{call.method}-{call.place}")
def fixture_given(request, monkeypatch):
    """The call, and a function that makes it and tells what C was given."""
    call = request.param
    below = call.owner.__mro__[1]
    assert call.method in vars(below) or hasattr(below, call.method)
    seen = []
    replacement = lambda *args: seen.append(args)  # noqa: E731
    is_static = isinstance(inspect.getattr_static(call.owner, call.method), staticmethod)
    monkeypatch.setattr(below, call.method, staticmethod(replacement) if is_static else replacement)
    thing = OBJECTS[call.owner]()

    def make(value):
        del seen[:]
        if call.is_made_again:
            on_another_thread(call.call, thing, value)
        else:
            call.call(thing, value)
        (args,) = seen
        return args[call.place]

    return call, make


def test_pause_is_in_seconds():
    def body():
        task = Tf.Task.get_current()
        with pytest.raises(ValueError, match="seconds"):
            task.pause(-1)
        return task.pause(0.001)

    with Tf.Executor() as executor:
        future = executor.submit_call(body)
        assert future.wait(TIMEOUT)
        assert future.result is True


@pytest.mark.parametrize("seconds, microseconds", [
    (1, 1_000_000), (0.5, 500_000), (2.5, 2_500_000), (0.1, 100_000), (1.1, 1_100_000), (OwnIndex(), 3_000_000),
    (1e-6, 1), (1e-9, 1), (5e-324, 1), (1.4e-6, 1), (86400, 86_400_000_000), (2**43, 2**43 * 10**6),
    (2**70, INT64_MAX), (1e300, INT64_MAX), (INT64_MAX / 1e6, INT64_MAX),
], ids=repr)
def test_seconds_become_microseconds(given, seconds, microseconds):
    _, make = given
    value = make(seconds)
    assert type(value) is int
    assert value == microseconds or microseconds == INT64_MAX and INT64_MAX - value < 2000


def test_nothing_is_no_time(given):
    call, make = given
    for zero in (0, 0.0, -0.0):
        if call.zero is None:
            with pytest.raises(ValueError, match=call.name):
                make(zero)
        else:
            assert make(zero) == 0


@pytest.mark.parametrize("value", [None, float("inf")])
def test_no_limit(given, value):
    call, make = given
    if call.is_limit:
        assert make(value) == -1
    else:
        with pytest.raises(TypeError if value is None else ValueError, match=call.name):
            make(value)


@pytest.mark.parametrize("value", [-1, -0.5, float("nan"), float("-inf"), -10**30], ids=repr)
def test_wrong_numbers_are_refused(given, value):
    call, make = given
    with pytest.raises(ValueError, match=f"^{call.name} "):
        make(value)


@pytest.mark.parametrize("value", [
    True, False, "1", b"1", [1], {}, 1j, object(), nothing, decimal.Decimal(1), ...,
], ids=lambda value: type(value).__name__)
def test_wrong_types_are_refused(given, value):
    call, make = given
    with pytest.raises(TypeError, match=f"^{call.name} "):
        make(value)


def test_limits_may_be_left_out(monkeypatch):
    for owner, method in (
        (Tf.Future, "wait"), (Tf.Executor, "shutdown"), (Tf.CancelFlag, "wait"), (Tf.WorkerPool, "shutdown"),
    ):
        seen = []
        monkeypatch.setattr(owner.__mro__[1], method, lambda *args, seen=seen: seen.append(args))
        on_another_thread(getattr(OBJECTS[owner](), method))
        assert seen[0][1] == -1


@pytest.mark.parametrize("timeout, slices", [
    (0, [0]), (0.1, [100_000]), (0.25, [100_000, 100_000, 50_000]), (None, [100_000] * 4),
], ids=repr)
def test_shutdown_comes_back_now_and_then(monkeypatch, timeout, slices):
    seen = []

    def shutdown(executor, microseconds):
        seen.append(microseconds)
        if len(seen) < len(slices):
            raise GLib.Error.new_literal(Gio.io_error_quark(), "not yet", Gio.IOErrorEnum.TIMED_OUT)
        return True

    executor = Tf.Executor()
    monkeypatch.setattr(Tf.Executor.__mro__[1], "shutdown", shutdown)
    assert executor.shutdown(timeout)
    assert seen == slices


def test_other_errors_of_a_shutdown_are_raised(monkeypatch):
    def shutdown(executor, microseconds):
        raise GLib.Error.new_literal(Tf.Error.quark(), "further up", Tf.Error.DEADLOCK)

    executor = Tf.Executor()
    monkeypatch.setattr(Tf.Executor.__mro__[1], "shutdown", shutdown)
    with pytest.raises(GLib.Error, match="further up"):
        executor.shutdown()


# A deadline is a time of time.monotonic()


@pytest.mark.parametrize("deadline, microseconds", [
    (0, 0), (1.5, 1_500_000), (-1, 0), (-1.5, 0), (float("-inf"), 0), (None, INT64_MAX), (float("inf"), INT64_MAX),
])
def test_deadline_for_c(monkeypatch, deadline, microseconds):
    seen = []
    monkeypatch.setattr(Tf.Future.__mro__[1], "with_deadline", lambda *args: seen.append(args))
    Tf.Promise().with_deadline(deadline, CANCEL)
    Tf.Promise().with_deadline(deadline=deadline)
    assert [args[1:] for args in seen] == [(microseconds, CANCEL), (microseconds, LEAVE)]


@pytest.mark.parametrize("deadline", [True, "1", float("nan"), object()], ids=repr)
def test_wrong_deadlines_are_refused(deadline):
    with pytest.raises((TypeError, ValueError), match="^deadline "):
        Tf.Promise().with_deadline(deadline)


def is_timed_out(future):
    assert future.wait(TIMEOUT)
    return future.dup_error().matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)


def test_deadline_is_on_the_clock_of_python():
    promise = Tf.Promise()
    assert is_timed_out(promise.with_deadline(time.monotonic() - 1))
    in_time = promise.with_deadline(time.monotonic() + 1000)
    never = promise.with_deadline(None)
    begin = time.monotonic()
    assert is_timed_out(promise.with_deadline(begin + 0.02, CANCEL))
    assert time.monotonic() - begin >= 0.02
    assert in_time.wait(TIMEOUT) and never.wait(TIMEOUT)
    assert [future.get_state() for future in (promise, in_time, never)] == [Tf.FutureState.CANCELLED] * 3


# Not only what C is given


def test_wait_is_in_seconds():
    """TMO-23: the future is as it was."""
    promise = Tf.Promise()
    begin = time.monotonic()
    for timeout in (0, 0.02):
        with pytest.raises(GLib.Error) as caught:
            promise.wait(timeout)
        assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)
    assert 0.02 <= time.monotonic() - begin < 15
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    with pytest.raises(GLib.Error) as caught:
        promise.wait(cancellable=cancellable)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    promise.resolve(1)
    assert promise.wait()


def test_delay_and_timeout_are_in_seconds():
    """TMO-01, TMO-03, TMO-05, TMO-29."""
    begin = time.monotonic()
    late = Tf.Future.delay(0.03)
    in_time = late.with_timeout(TIMEOUT)
    called = []
    assert is_timed_out(late.with_timeout_full(0.01, LEAVE, lambda future, *args: called.append((future, args)), 1, 2))
    assert called == [(late, (1, 2))]
    assert in_time.wait(TIMEOUT)
    assert in_time.result is None
    assert time.monotonic() - begin >= 0.03


def test_shutdown_is_in_seconds():
    """EXEC-14, EXEC-15, EXEC-16."""
    gate, started = threading.Event(), threading.Event()
    executor = Tf.Executor()
    executor.submit_call(lambda: started.set() or gate.wait(TIMEOUT))
    assert started.wait(TIMEOUT)
    with pytest.raises(GLib.Error) as caught:
        executor.shutdown(0.02)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)
    assert executor.get_state() == Tf.ExecutorState.STOPPING
    gate.set()
    assert executor.shutdown(TIMEOUT)
    assert executor.shutdown(timeout=None)


def test_settings_are_read_in_seconds():
    with Tf.Executor() as executor:
        assert (executor.get_dispatch_budget(), executor.get_progress_interval()) == (0.001, 0.005)
        executor.set_dispatch_budget(0.25)
        executor.set_progress_interval(2)
        assert (executor.get_dispatch_budget(), executor.get_progress_interval()) == (0.25, 2.0)
        executor.set_progress_interval(0)
        assert executor.get_progress_interval() == 0


def test_properties_are_those_of_c():
    with Tf.Executor(dispatch_budget=2000, progress_interval=0) as executor:
        assert (executor.get_dispatch_budget(), executor.props.dispatch_budget) == (0.002, 2000)
        executor.props.progress_interval = 3_000_000
        assert executor.get_progress_interval() == 3.0
        future = executor.submit_call(len, "")
        assert future.wait(TIMEOUT)
        assert future.get_elapsed() == future.props.elapsed / 1e6
        assert (future.get_eta(), future.props.eta) == (0.0, 0)


@pytest.mark.parametrize("microseconds, seconds", [(0, 0.0), (2_500_000, 2.5), (-1, None)])
def test_progress_is_read_in_seconds(monkeypatch, microseconds, seconds):
    promise = Tf.Promise()
    monkeypatch.setattr(Tf.Future.__mro__[1], "get_eta", lambda self: microseconds)
    assert promise.get_eta() == seconds
    if seconds is not None:
        monkeypatch.setattr(Tf.Future.__mro__[1], "get_elapsed", lambda self: microseconds)
        assert promise.get_elapsed() == seconds
        assert isinstance(promise.get_elapsed(), float)


def test_flag_and_pool_are_in_seconds():
    flag = Tf.CancelFlag.new()
    begin = time.monotonic()
    assert not flag.wait(0)
    assert not flag.wait(0.01)
    assert time.monotonic() - begin >= 0.01
    flag.set()
    assert flag.wait()
    pool = Tf.WorkerPool.new(1)
    assert pool.shutdown(TIMEOUT)
    assert pool.is_closed()


def test_clock_is_read_in_seconds():
    class Clock(GObject.Object, Tf.Clock):
        __gtype_name__ = "OverrideUnitsClock"

        def do_get_time(self):
            return 2_500_000

    assert Clock().get_time() == 2.5


# The router


@pytest.fixture(name="router")
def fixture_router():
    router = Tf.ThreadRouter.new()
    router.start()
    yield router
    router.stop()


def test_router_routes_in_seconds(router):
    """RTR-12, RTR-28, RTR-31."""
    receiver, sender = router.pipe()
    seen = []
    receiver.connect("message", lambda receiver, value: seen.append(value))
    with pytest.raises(GLib.Error) as caught:
        router.route_until(lambda: seen, 0.01)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)

    def send():
        with sender:
            sender.send([1])
            sender.send([2])

    thread = threading.Thread(target=send)
    thread.start()
    assert router.route_until(lambda *args: len(seen) == args[0], None, 2)
    thread.join()
    assert seen == [[1], [2]]
    router.close_pipe(receiver)


def test_router_raises_what_the_condition_raises(router):
    error = ValueError("of the condition")

    def condition():
        raise error

    with pytest.raises(ValueError) as caught:
        router.route_until(condition)
    assert caught.value is error


def test_sender_is_a_context(router):
    """RTR-15: it is stopped also when an exception passes."""
    receiver, sender = router.pipe()
    seen = []
    receiver.connect("message", lambda receiver, value: seen.append(value))
    with pytest.raises(KeyError):
        with sender as same:
            assert same is sender
            assert sender.send()
            assert sender.send({"any": "object"})
            raise KeyError("out")
    with pytest.raises(GLib.Error):
        sender.send(1)
    with pytest.raises(GLib.Error):
        sender.start()
    router.route_until(lambda: len(seen) == 2, TIMEOUT)
    assert seen == [None, {"any": "object"}]
    router.close_pipe(receiver)


# All of them


def test_no_microseconds_are_left():
    """What C calls something_us has another name here; but for virtual functions, which C calls."""
    left = []
    for owner in (getattr(Tf, name) for name in dir(Tf)):
        for name in dir(owner) if inspect.isclass(owner) else ():
            documentation = getattr(getattr(owner, name, None), "__doc__", None)
            if not name.startswith("do_") and isinstance(documentation, str) and "_us:" in documentation:
                left.append(f"{owner.__name__}.{name}")
    assert not left
