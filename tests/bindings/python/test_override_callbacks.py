# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An exception in a function that the library calls is told, once, and never lost; the future goes on as documented.

What becomes the failure of a future, or is raised by the call, is told by that; everything else by sys.excepthook.
Handlers of signals are in test_override_life.py, promises and derived futures in test_override_compose.py.
"""

import os
import sys

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402

TIMEOUT = int(os.environ.get("TF_TEST_TIMEOUT", "150"))  # of one wait, in seconds
LEAVE = Tf.TimeoutAction.LEAVE
COMPLETED, FAILED, CANCELLING = Tf.FutureState.COMPLETED, Tf.FutureState.FAILED, Tf.FutureState.CANCELLING


class OwnError(Exception):
    pass


@pytest.fixture(name="executor")
def fixture_executor():
    with Tf.Executor() as executor:
        yield executor
    while GLib.MainContext.default().iteration(False):
        pass


@pytest.fixture(name="told")
def fixture_told(monkeypatch):
    """The exceptions that Python would print."""
    told = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, exception, trace: told.append(exception))
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(unraisable.exc_value))
    return told


@pytest.fixture(name="boom")
def fixture_boom():
    """A function that raises the same exception whenever it is called, with whatever."""

    def boom(*args):
        raise boom.error

    boom.error = OwnError("own")
    return boom


def done(future):
    assert future.wait(TIMEOUT)
    return future


def test_on_timeout(boom, told):
    promise = Tf.Promise()
    future = done(promise.with_timeout_full(0.001, LEAVE, boom))
    assert told == [boom.error]
    assert future.get_state() == FAILED
    assert future.dup_error().matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)
    assert not promise.is_done()
    promise.resolve(1)
    assert done(promise).result == 1


def test_filter_of_any(boom, told):
    """The member counts, as it would if the function had said that it does."""
    first, second = Tf.Promise(), Tf.Promise()
    future = Tf.Future.any_skipping([first, second], Tf.FutureSetFlags.NONE, boom)
    first.resolve(1)
    second.resolve(2)
    done(future)
    assert told == [boom.error]
    assert (future.get_state(), future.get_winner()) == (COMPLETED, 0)


def test_abort_requested(boom, told):
    """The promise has not been given up: nobody has said so."""
    promise = Tf.Promise()
    promise.connect("abort-requested", boom)
    with pytest.raises(GLib.Error) as caught:
        promise.abort("why")
    assert caught.value.matches(Tf.error_quark(), Tf.Error.NOT_CANCELLABLE)
    assert told == [boom.error]
    promise.resolve(1)
    assert done(promise).result == 1


def test_abort_requested_of_a_class(boom, told):
    class Own(Tf.Promise):
        do_abort_requested = boom

    promise = Own()
    with pytest.raises(GLib.Error):
        promise.abort("why")
    assert told == [boom.error]
    promise.resolve()
    done(promise)


def test_cancel_function_of_a_detached_future(boom, told):
    future = Tf.Future.new_detached(Tf.Future, boom)
    assert future.cancel()
    assert told == [boom.error]
    assert future.get_state() == CANCELLING
    future.deliver(Tf.Message.new_dropped())
    assert done(future).get_state() == Tf.FutureState.CANCELLED


@pytest.mark.parametrize("name", ["done", "item", "message", "progress"])
def test_functions_of_a_class_of_futures(name, boom, told):
    kind = type(f"Callbacks{name.title()}", (Tf.Future,), {f"do_{name}": boom})
    future = Tf.Future.new_detached(kind, lambda: None)
    future.deliver(Tf.Message.new_started())
    for message in (Tf.Message.new_item(1), Tf.Message.new("kind", 1), Tf.Message.new_progress(1)):
        future.deliver(message)
    future.deliver(Tf.Message.new_returned(5))
    assert done(future).result == 5
    assert told == [boom.error]


def test_to_future_of_an_awaitable(boom, told):
    class CallbacksAwaitable(GObject.Object, Tf.Awaitable):
        do_to_future = boom

    future = done(Tf.all(CallbacksAwaitable()))
    assert told == [boom.error]
    assert future.get_state() == FAILED
    with pytest.raises(GLib.Error, match="CallbacksAwaitable"):
        future.result


def test_time_of_a_clock(boom, told):
    class CallbacksClock(GObject.Object, Tf.Clock):
        do_get_time = boom

    assert CallbacksClock().get_time() == 0
    assert told == [boom.error]


def test_callbacks_of_gio(executor, boom, told):
    executor.submit_call(len, "").wait_async(None, boom)
    executor.submit_async(Tf.Task.new(lambda task: task.return_none()), None, boom)
    executor.shutdown()
    while GLib.MainContext.default().iteration(False):
        pass
    assert told == [boom.error] * 2


def test_handler_of_an_executor(executor, boom, told):
    executor.connect("task-failed", boom)
    handler = executor.connect("notify::state", boom)
    future = done(executor.submit_call(int, "none"))
    assert isinstance(future.dup_failure_payload(), ValueError)
    assert told == [boom.error]
    executor.shutdown()
    assert set(told) == {boom.error} and len(told) > 1
    executor.disconnect(handler)


def test_handler_of_a_list(executor, boom, told):
    executor.connect("items-changed", boom)
    future = executor.submit_call(len, "")
    assert len(executor) == 1
    done(future)
    assert told == [boom.error, boom.error]


def test_tasks_for_a_model(executor, boom, told):
    """What makes no task is a failure."""
    model = Gio.ListStore.new(Gio.Cancellable)
    model.append(Gio.Cancellable())
    future = done(executor.map_model(model, 1, Tf.FutureSetFlags.NONE, boom))
    assert told == [boom.error]
    assert future.get_state() == FAILED
    assert future.dup_error() is not None


def test_message_of_a_receiver(boom, told):
    router = Tf.ThreadRouter.new()
    router.start()
    receiver, sender = router.pipe()
    receiver.connect("message", boom)
    with sender:
        sender.send(1)
    assert router.route_until(lambda: told, TIMEOUT)
    router.close_pipe(receiver)
    router.stop()
    assert told == [boom.error]


def test_condition_of_a_router_is_raised(boom, told):
    router = Tf.ThreadRouter.new()
    router.start()
    with pytest.raises(OwnError) as caught:
        router.route_until(boom)
    assert caught.value is boom.error
    router.stop()
    assert told == []


def test_handler_of_a_cancellable(boom, told):
    promise = Tf.Promise()
    promise.get_gcancellable().connect(boom)
    promise.cancel()
    assert told == [boom.error]
    promise.cancel()
    promise.reject(Tf.TaskCancelled())
    assert done(promise).get_state() == Tf.FutureState.CANCELLED


@pytest.mark.parametrize("submit", [
    lambda executor, fail: executor.submit_call(fail),
    lambda executor, fail: executor.submit_progress(lambda progress: fail()),
    lambda executor, fail: executor.submit_iteration(fail),
    lambda executor, fail: executor.submit_iteration(lambda: map(fail, "a")),
    lambda executor, fail: executor.submit_then(executor.submit_call(len, ""), fail),
    lambda executor, fail: executor.submit_retry(fail, max_attempts=1),
    lambda executor, fail: executor.submit_retry(int, "none", should_retry=fail),
    lambda executor, fail: executor.map(fail, "a"),
    lambda executor, fail: Tf.Future.retry(fail, max_attempts=1),
    lambda executor, fail: Tf.Future.retry(int, "none", should_retry=fail),
], ids=["call", "progress", "iteration", "iterator", "then", "retry", "should_retry", "map", "retry-here",
        "should_retry-here"])
def test_failure_of_the_future(executor, submit, boom, told):
    future = done(submit(executor, boom))
    with pytest.raises(OwnError) as caught:
        future.result
    assert caught.value is boom.error
    assert told == []


def test_run_of_a_task_class(executor, boom, told):
    class Own(Tf.BaseTask):
        run = boom

    with pytest.raises(OwnError) as caught:
        done(executor.submit(Own())).result
    assert caught.value is boom.error
    assert told == []
