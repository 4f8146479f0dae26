# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""No exception of a callable ends or blocks a thread of the library, whatever it is and whatever its texts do."""

import subprocess
import sys
import textwrap
import threading

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402

from workers import exceptions  # noqa: E402

TIMEOUT = 60
LEAVE = Tf.TimeoutAction.LEAVE
COMPLETED, FAILED, CANCELLED = Tf.FutureState.COMPLETED, Tf.FutureState.FAILED, Tf.FutureState.CANCELLED

awkward = pytest.mark.parametrize("name", list(exceptions.MAKERS))


@pytest.fixture(name="executor")
def fixture_executor():
    """With one thread, so a body that blocks it is seen at once."""
    executor = Tf.Executor(max_workers=1)
    yield executor
    executor.shutdown(TIMEOUT)
    while GLib.MainContext.default().iteration(False):
        pass


@pytest.fixture(name="told")
def fixture_told(monkeypatch):
    """The exceptions that Python would print."""
    told = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, exception, trace: told.append(exception))
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(unraisable.exc_value))
    return told


def done(future):
    assert future.wait(TIMEOUT)
    return future


def exception_of(future):
    """Reading it may raise anything; nothing of it is given to pytest, which would describe it."""
    try:
        future.result
    except BaseException as exception:  # pylint: disable=broad-except
        return exception
    return None


def is_described(future):
    return all(type(text) is str and "\0" not in text for text in future.exception)


def fail(exception):
    raise exception


def fail_later(exception):
    yield 1
    raise exception


class Failing(Tf.BaseTask):
    def __init__(self, exception):
        self.exception = exception

    def run(self):
        raise self.exception


SUBMITS = {
    "call": lambda executor, exception: executor.submit_call(fail, exception),
    "progress": lambda executor, exception: executor.submit_progress(lambda progress: fail(exception)),
    "iteration": lambda executor, exception: executor.submit_iteration(fail_later, exception),
    "then": lambda executor, exception: executor.submit_then(executor.submit_call(len, ""), lambda done: fail(exception)),
    "bare": lambda executor, exception: executor.submit(Tf.Task.new(lambda task: fail(exception))),
    "bare-with-data": lambda executor, exception: executor.submit(Tf.Task.new(lambda task, data: fail(data), exception)),
    "class": lambda executor, exception: executor.submit(Failing(exception)),
}


@pytest.mark.parametrize("submit", list(SUBMITS))
@awkward
def test_body_that_raises_is_a_failure(executor, name, submit):
    exception = exceptions.MAKERS[name]()
    future = done(SUBMITS[submit](executor, exception))
    assert future.get_state() == FAILED
    assert exception_of(future) is exception
    assert is_described(future)
    assert done(executor.submit_call(lambda: 5)).result == 5


@awkward
def test_promise_is_rejected_with_any_exception(name):
    exception = exceptions.MAKERS[name]()
    promise = Tf.Promise()
    assert promise.reject(exception)
    assert exception_of(done(promise)) is exception
    assert is_described(promise)


@awkward
def test_coroutine_that_raises_is_a_failure(name):
    async def body():
        raise exception

    exception = exceptions.MAKERS[name]()
    promise = done(Tf.spawn(body()))
    assert exception_of(promise) is exception
    assert is_described(promise)


@awkward
def test_continuation_that_raises_is_a_failure(name):
    exception = exceptions.MAKERS[name]()
    for derive in (Tf.Future.then, Tf.Future.finally_):
        future = done(derive(Tf.Future.new_for_value(1), lambda future: fail(exception)))
        assert exception_of(future) is exception
        assert exception_of(future) is exception
        assert is_described(future)


def test_body_of_a_worker_process_that_raises_is_a_failure():
    context = Tf.ProcessContext(max_workers=1)
    executor = Tf.Executor(context=context)
    futures = [executor.submit(Tf.call_task(exceptions.fail_with, name)) for name in exceptions.MAKERS]
    futures.append(executor.submit(Tf.call_task(len, "four")))
    for future in futures[:-1]:
        assert done(future).get_state() == FAILED
        assert is_described(future)
        assert future.get_failure_type()
    assert done(futures[-1]).result == 4
    executor.shutdown(TIMEOUT)
    context.close()


HANDLER = """\
import sys
sys.path[:] = sys.argv[1:]
import gi
gi.require_version("Tf", "1")
from gi.repository import Tf
from workers import exceptions

def handle(task, reference, data):
    assert data == "data"
    exceptions.fail_with(reference.partition(":")[2])

if Tf.worker_requested():
    sys.exit(Tf.worker_run(handle, "data"))
"""


def test_handler_of_a_worker_that_raises_is_a_failure():
    context = Tf.ProcessContext(max_workers=1)
    context.set_argv([sys.executable, "-c", HANDLER, *sys.path])
    executor = Tf.Executor(context=context)
    for name in exceptions.MAKERS:
        future = done(executor.submit(Tf.Task.new_for_reference(f"own:{name}", None)))
        assert future.get_state() == FAILED
        assert future.get_failure_type()
    executor.shutdown(TIMEOUT)
    context.close()


# What an error of C is has attributes, which a program may set to anything.


@pytest.mark.parametrize("attribute, value", [
    ("message", None), ("message", 5), ("message", "\udc80"), ("message", "a\0b"),
    ("domain", None), ("domain", 5), ("domain", ""), ("domain", "\udc80"),
    ("code", None), ("code", "x"), ("code", 2**31),
])
def test_error_with_odd_attributes_is_a_failure(executor, attribute, value):
    error = GLib.Error("text", "g-io-error-quark", int(Gio.IOErrorEnum.EXISTS))
    setattr(error, attribute, value)
    promise = Tf.Promise()
    promise.reject(error)
    for future in (executor.submit_call(fail, error), promise):
        assert done(future).get_state() == FAILED
        assert future.dup_error().matches(Gio.io_error_quark(), Gio.IOErrorEnum.EXISTS) == (attribute == "message")
        assert is_described(future)


# Bare bodies


def test_bare_body_is_cancelled_by_its_exception(executor):
    def body(task):
        begun.set()
        task.get_cancellable()
        while not task.is_cancelled():
            ended.wait(0.001)
        raise Tf.TaskCancelled()

    begun, ended = threading.Event(), threading.Event()
    future = executor.submit(Tf.Task.new(body))
    assert begun.wait(TIMEOUT)
    future.cancel()
    assert done(future).get_state() == CANCELLED


@pytest.mark.parametrize("end", [
    lambda task: task.return_value([1]),
    lambda task: task.return_int64(1),
    lambda task: Tf.Task.get_current().return_boolean(True),
])
def test_bare_body_that_has_returned_raises_in_vain(executor, told, end):
    """The value stays, and the exception is printed."""

    def body(task):
        end(task)
        raise error

    error = SystemExit(3)
    future = done(executor.submit(Tf.Task.new(body)))
    assert future.get_state() == COMPLETED
    assert told == [error]


def test_hook_that_exits_ends_no_thread(executor, monkeypatch, capfd):
    def body(task):
        task.return_none()
        raise ValueError("printed after all")

    monkeypatch.setattr(sys, "excepthook", exceptions.fails(SystemExit(3)))
    assert done(executor.submit(Tf.Task.new(body))).get_state() == COMPLETED
    assert done(executor.submit_call(lambda: 5)).result == 5
    assert "printed after all" in capfd.readouterr().err


def test_bare_body_that_waits_for_another_fails_by_itself(executor):
    """The inner task runs on the same thread, and returns; the outer one has not."""

    def body(task):
        inner = executor.submit(Tf.Task.new(lambda task: task.return_int64(1)))
        inner.wait()
        raise error

    error = ValueError("outer")
    future = done(executor.submit(Tf.Task.new(body)))
    assert exception_of(future) is error


def test_bare_body_has_to_be_callable():
    with pytest.raises(TypeError):
        Tf.Task.new(None)
    with pytest.raises(TypeError):
        Tf.Task.new("function")


# Callbacks outside of the main thread. There SystemExit would wait for the main thread for ever.


class OwnFuture(Tf.Future):
    def do_done(self):
        sys.exit(3)


class ExceptionsClock(GObject.Object, Tf.Clock):
    def do_get_time(self):
        sys.exit(3)


def leave(*args):
    sys.exit(3)


def of_timeout(executor):
    promise = Tf.Promise()
    future = promise.with_timeout_full(0.001, LEAVE, leave)
    done(future)
    promise.resolve()
    return promise


def of_filters(executor):
    futures = [Tf.Future.new_for_value(1)]
    return Tf.all(
        Tf.any(futures, skip=leave), Tf.race(futures, skip=leave),
        Tf.Future.any_skipping(futures, Tf.FutureSetFlags.NONE, leave),
        Tf.Future.race_skipping(futures, Tf.FutureSetFlags.NONE, leave))


def of_task_callback(executor):
    task = Tf.Task.new(lambda task: task.return_none())
    task.set_callback(leave)
    return executor.submit(task)


def of_model(executor):
    model = Gio.ListStore.new(Gio.Cancellable)
    model.append(Gio.Cancellable())
    return executor.map_model(model, 1, Tf.FutureSetFlags.NONE, leave)


def of_wait_async(executor):
    future = executor.submit_call(len, "")
    future.wait_async(None, leave)
    return future.then(lambda done: executor.submit_call(len, ""))


def of_wait_async_by_name(executor):
    future = executor.submit_call(len, "")
    future.wait_async(cancellable=None, callback=leave)
    return future.then(lambda done: executor.submit_call(len, ""))


def of_submit_async(executor):
    executor.submit_async(Tf.Task.new(lambda task: task.return_none()), None, leave)
    return executor.submit_call(len, "").then(lambda done: executor.submit_call(len, ""))


def of_detached(executor):
    future = Tf.Future.new_detached(Tf.Future, leave)
    future.cancel()
    future.deliver(Tf.Message.new_dropped())
    return future


def of_class(executor):
    future = Tf.Future.new_detached(OwnFuture, None)
    future.deliver(Tf.Message.new_started())
    future.deliver(Tf.Message.new_returned(1))
    return future


def of_clock(executor):
    ExceptionsClock().get_time()
    return executor.submit_call(len, "")


def of_handlers(executor):
    future = executor.submit_call(len, "")
    future.connect("done", leave)
    future.connect_after("done", leave)
    future.connect_data("done", leave, connect_flags=GObject.ConnectFlags.AFTER)
    future.connect_object("done", leave, executor)
    future.connect_object_after("done", leave, executor)
    return future.then(lambda done: None)


def of_executor(executor):
    executor.connect("items-changed", leave)
    assert len(executor) == 0
    return executor.submit_call(len, "")


@pytest.mark.parametrize("use, n_told", [
    (of_timeout, 1), (of_filters, 4), (of_task_callback, 1), (of_model, 1), (of_wait_async, 1), (of_wait_async_by_name, 1),
    (of_submit_async, 1), (of_detached, 1), (of_class, 1), (of_clock, 1), (of_handlers, 5), (of_executor, None),
])
def test_callback_on_another_thread_does_not_end_it(told, use, n_told):
    def run():
        context = GLib.MainContext()
        context.push_thread_default()
        executor = Tf.Executor()
        done(use(executor))
        executor.shutdown(TIMEOUT)
        while context.iteration(False):
            pass
        del executor
        context.pop_thread_default()
        ended.append(True)

    ended = []
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    assert ended
    assert told and len(told) == (n_told or len(told))
    assert all(isinstance(exception.__cause__, SystemExit) for exception in told)


def test_handler_that_is_guarded_is_disconnected_by_its_function():
    def run():
        promise = Tf.Promise()
        promise.connect("done", called.append)
        promise.connect("done", leave)
        promise.disconnect_by_func(leave)
        promise.resolve(1)
        done(promise)
        ended.append(True)

    called, ended = [], []
    thread = threading.Thread(target=in_own_context, args=(run,), daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    assert ended and len(called) == 1


def in_own_context(run):
    context = GLib.MainContext()
    context.push_thread_default()
    run()
    context.pop_thread_default()


def test_system_exit_in_a_handler_on_the_main_thread_ends_the_program():
    program = """\
        import sys
        import gi
        gi.require_version("Tf", "1")
        from gi.repository import Tf
        future = Tf.Executor().submit_call(len, "")
        future.connect("done", lambda future: sys.exit(5))
        future.wait(60)
        """
    result = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False, timeout=TIMEOUT)
    assert result.returncode == 5


# A coroutine that cannot be gone on with


class Unprintable:
    __repr__ = exceptions.fails(SystemExit(3))

    def __await__(self):
        yield self


def test_coroutine_that_awaits_what_has_no_representation_is_a_failure():
    async def body():
        await Unprintable()

    assert isinstance(exception_of(done(Tf.spawn(body()))), TypeError)


def test_coroutine_that_goes_on_when_it_is_closed_is_a_failure():
    async def body():
        while True:
            try:
                await Unprintable()
            except GeneratorExit:
                if closed:
                    raise
                closed.append(True)

    closed = []
    assert isinstance(exception_of(done(Tf.spawn(body()))), TypeError)
    assert closed


def test_value_without_a_representation_is_refused():
    for refused in (lambda: Tf.call_task(len, Unprintable()), lambda: Tf.call_task(Unprintable())):
        with pytest.raises(GLib.Error) as caught:
            refused()
        assert caught.value.matches(Tf.error_quark(), Tf.Error.NOT_PORTABLE)
