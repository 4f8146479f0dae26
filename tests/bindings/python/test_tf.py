# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library as Python sees it through the typelib alone, without an override."""

import gc
import os
import threading
import weakref

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402

TIMEOUT_US = int(os.environ.get("TF_TEST_TIMEOUT", "150")) * 1_000_000  # of one wait


@pytest.fixture(name="executor")
def fixture_executor():
    """An executor that is stopped, with nothing left on the main loop, after the test."""
    executor = Tf.Executor.new()
    yield executor
    assert executor.shutdown(TIMEOUT_US)
    assert executor.props.state == Tf.ExecutorState.STOPPED
    while GLib.MainContext.default().iteration(False):
        pass


def run(executor, func, *data):
    future = executor.submit_call(func, *data)
    future.wait(TIMEOUT_US, None)
    return future


def error_of(future):
    with pytest.raises(GLib.Error) as caught:
        future.dup_value()
    return caught.value


# Results


def test_function_runs_in_another_thread(executor):
    threads = []

    def body(task):
        threads.append(threading.get_ident())
        task.return_int64(2**40)

    future = run(executor, body)
    assert threads and threads[0] != threading.get_ident()
    assert future.props.state == Tf.FutureState.COMPLETED
    assert future.get_int64() == 2**40
    assert future.dup_value() == 2**40
    assert future.props.value == 2**40
    assert future.props.error is None


def test_states_have_fixed_numbers():
    names = ["WAITING", "EXECUTING", "CANCELLING", "COMPLETED", "FAILED", "CANCELLED"]
    assert [int(getattr(Tf.FutureState, name)) for name in names] == [0, 1, 2, 16, 17, 18]


def test_function_gets_its_data(executor):
    seen = []

    def body(task, *data):
        seen.extend(data)
        task.return_none()

    assert run(executor, body, 1, "two").dup_value() is None
    assert seen == [1, "two"]


@pytest.mark.parametrize("returns, expected", [
    (lambda task: task.return_boolean(True), True),
    (lambda task: task.return_double(1.5), 1.5),
    (lambda task: task.return_string("text ä"), "text ä"),
    (lambda task: task.return_string(None), None),
    (lambda task: task.return_value("text"), "text"),
    (lambda task: task.return_value(7), 7),
    (lambda task: task.return_value(None), None),
    (lambda task: task.return_value([1, 2]), [1, 2]),
    (lambda task: task.return_value({"a": 1}), {"a": 1}),
    (lambda task: task.return_value(GObject.Value(GObject.TYPE_INT64, 2**40)), 2**40),
    (lambda task: task.return_value(GObject.Value(GObject.TYPE_PYOBJECT, (1, 2))), (1, 2)),
    (lambda task: task.return_none(), None),
])
def test_values(executor, returns, expected):
    assert run(executor, returns).dup_value() == expected


def test_python_object_keeps_its_identity(executor):
    thing = object()
    future = run(executor, lambda task: task.return_value(GObject.Value(GObject.TYPE_PYOBJECT, thing)))
    assert future.dup_value() is thing


def test_objects_variants_and_boxed(executor):
    cancellable = Gio.Cancellable()
    assert run(executor, lambda task: task.return_object(cancellable)).dup_object() is cancellable
    variant = GLib.Variant("(si)", ("x", 1))
    assert run(executor, lambda task: task.return_variant(variant)).dup_variant().unpack() == ("x", 1)
    value = GObject.Value(GLib.Bytes, GLib.Bytes.new(b"ab"))
    assert run(executor, lambda task: task.return_value(value)).dup_value().get_data() == b"ab"


# Failures


def test_exception_fails_the_future(executor, capfd):
    def body(task):
        raise ValueError("oops")

    error = error_of(run(executor, body))
    assert error.matches(Tf.error_quark(), Tf.Error.NO_RESULT)
    assert "ValueError: oops" in capfd.readouterr().err


def test_forgotten_result_fails_the_future(executor):
    assert error_of(run(executor, lambda task: 42)).matches(Tf.error_quark(), Tf.Error.NO_RESULT)
    task = Tf.Task.new(lambda task: None)
    future = executor.submit(task)
    future.wait(TIMEOUT_US, None)
    assert error_of(future).matches(Tf.error_quark(), Tf.Error.NO_RESULT)


def test_errors_keep_domain_and_code(executor):
    future = run(executor, lambda task: task.return_new_error(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND, "gone"))
    assert error_of(future).matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)
    assert future.props.error.message == "gone"
    assert future.dup_error().message == "gone"
    given = GLib.Error.new_literal(Gio.io_error_quark(), "full", Gio.IOErrorEnum.NO_SPACE)
    assert error_of(run(executor, lambda task: task.return_error(given))).matches(
        Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE)


def test_failure_detail_has_the_exception(executor):
    thrown = ValueError("oops")

    def body(task):
        task.return_failure("ValueError", "oops", "the traceback", GObject.Value(GObject.TYPE_PYOBJECT, thrown))

    future = run(executor, body)
    assert error_of(future).matches(Tf.error_quark(), Tf.Error.EXCEPTION)
    assert future.get_failure_type() == "ValueError"
    assert future.get_failure_text() == "oops"
    assert future.get_failure_traceback() == "the traceback"
    assert future.dup_failure_payload() is thrown


def test_failure_detail_may_be_short(executor):
    future = run(executor, lambda task: task.return_failure("ValueError", None, None, None))
    assert error_of(future).matches(Tf.error_quark(), Tf.Error.EXCEPTION)
    assert future.dup_failure_payload() is None


def test_pending(executor):
    gate = threading.Event()

    def body(task):
        gate.wait(TIMEOUT_US / 1_000_000)
        task.return_none()

    future = executor.submit_call(body)
    assert error_of(future).matches(Tf.error_quark(), Tf.Error.PENDING)
    with pytest.raises(GLib.Error) as caught:
        future.wait(0, None)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)
    gate.set()
    assert future.wait(TIMEOUT_US, None)


# Signals and properties


def test_signals_have_python_values(executor):
    seen = []

    def body(task):
        assert task.report_int64(2**40)
        assert task.report_value("text")
        assert task.report_value(None)
        assert task.yield_value({"a": 1})
        assert task.yield_string("item")
        assert task.send_value("pair", 1.5)
        assert task.send_value("empty", None)
        task.return_none()

    future = executor.submit_call(body)
    future.connect("progress", lambda f, value: seen.append(("progress", value)))
    future.connect("item", lambda f, value: seen.append(("item", value)))
    future.connect("message", lambda f, kind, value: seen.append((kind, value)))
    future.connect("message::pair", lambda f, kind, value: seen.append(("detail", kind, value)))
    future.connect("done", lambda f: seen.append(f.props.state))
    future.wait(TIMEOUT_US, None)
    assert seen == [
        ("progress", 2**40), ("progress", "text"), ("progress", None), ("item", {"a": 1}), ("item", "item"),
        ("pair", 1.5), ("detail", "pair", 1.5), ("empty", None), Tf.FutureState.COMPLETED,
    ]


def test_properties(executor):
    def body(task):
        assert task.set_progress(1, 4, "one of four")
        assert task.advance(1)
        task.return_none()

    task = Tf.Task.new(body)
    task.set_name("load")
    task.set_description("Loading")
    task.set_location("here:1")
    future = executor.submit(task)
    states = []
    future.connect("notify::state", lambda f, pspec: states.append(f.props.state))
    assert (future.props.name, future.props.description, future.dup_location()) == ("load", "Loading", "here:1")
    assert future.props.state == Tf.FutureState.WAITING
    assert future.props.cancellable and not future.props.done
    assert (future.props.fraction, future.props.total_steps, future.props.status) == (0, -1, None)
    future.wait(TIMEOUT_US, None)
    assert states == [Tf.FutureState.EXECUTING, Tf.FutureState.COMPLETED]
    assert (future.props.completed_steps, future.props.total_steps, future.props.fraction) == (2, 4, 1.0)
    assert future.props.status == "one of four"
    assert future.props.done and not future.props.cancellable


def test_callback(executor):
    seen = []
    task = Tf.Task.new(lambda task: task.return_int64(1))
    task.set_callback(lambda future, *data: seen.append((future.get_int64(), data)), "x")
    executor.submit(task).wait(TIMEOUT_US, None)
    assert seen == [(1, ("x",))]


def test_subclass_handles_messages(executor):
    class Own(Tf.Future):
        seen = ()

        def do_message(self, kind, value):
            Tf.Future.do_message(self, kind, value)
            self.seen += ((kind, value),)

    def body(task):
        task.send_value("kind", 3)
        task.return_none()

    task = Tf.Task.new(body)
    task.set_future_type(Own)
    future = executor.submit(task)
    assert isinstance(future, Own)
    future.wait(TIMEOUT_US, None)
    assert future.seen == (("kind", 3),)


# Cancelling


def until_cancelled(task):
    gate = threading.Event()
    cancellable = task.get_cancellable()
    # Not cancellable.connect(), which is g_cancellable_connect().
    handler = GObject.Object.connect(cancellable, "cancelled", lambda cancellable: gate.set())
    if not task.is_cancelled():
        gate.wait(TIMEOUT_US / 1_000_000)
    GObject.Object.disconnect(cancellable, handler)
    task.return_none()


@pytest.mark.parametrize("name", ["progress", "item", "message"])
def test_values_of_virtual_functions_may_be_null(name):
    functions = {function.get_name(): function for function in Tf.Future.__info__.get_vfuncs()}
    arguments = {argument.get_name(): argument for argument in functions[name].get_arguments()}
    assert arguments.pop("value").may_be_null()
    assert not any(argument.may_be_null() for argument in arguments.values())


def test_cancel(executor):
    future = executor.submit_call(until_cancelled)
    assert future.cancel()
    assert not future.cancel()
    assert future.props.state == Tf.FutureState.CANCELLING
    future.wait(TIMEOUT_US, None)
    assert future.props.state == Tf.FutureState.CANCELLED
    assert error_of(future).matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


def pause(task):
    task.report_int64(0)
    while task.pause(2**62):
        pass
    task.return_none()


def test_cancel_ends_a_pause(executor):
    future = executor.submit_call(pause)
    future.connect("progress", lambda future, report: future.cancel())
    assert future.wait(TIMEOUT_US, None)
    assert future.props.state == Tf.FutureState.CANCELLED


def test_what_waits_is_taken_back_or_moved(executor):
    executor.set_max_workers(1)
    begun, gate = threading.Event(), threading.Event()
    order = []

    def note(task, name):
        order.append(name)
        task.return_none()

    def wait(task):
        begun.set()
        gate.wait(TIMEOUT_US / 1_000_000)
        task.return_none()

    first = executor.submit_call(wait)
    assert begun.wait(TIMEOUT_US / 1_000_000)
    others = [executor.submit_call(note, name) for name in "abc"]
    assert others[2].set_priority(-1)
    assert others[1].cancel_if_waiting()
    gate.set()
    for future in (first, *others):
        assert future.wait(TIMEOUT_US, None)
    assert order == ["c", "a"]
    assert others[1].props.state == Tf.FutureState.CANCELLED
    assert not others[0].cancel_if_waiting()
    assert not others[0].set_priority(0)


def test_abort(executor):
    future = executor.submit_call(until_cancelled)
    assert future.abort("enough")
    with pytest.raises(GLib.Error) as caught:
        future.abort(None)
    assert caught.value.matches(Tf.error_quark(), Tf.Error.DONE)
    future.wait(TIMEOUT_US, None)
    assert error_of(future).message == "enough"

    future = executor.submit_call(until_cancelled)
    assert future.abort_with_error(GLib.Error.new_literal(Tf.error_quark(), "stalled", Tf.Error.STALLED))
    future.wait(TIMEOUT_US, None)
    assert error_of(future).matches(Tf.error_quark(), Tf.Error.STALLED)


def test_bind_owner(executor):
    owner = Gio.SimpleAction.new("owner", None)
    future = executor.submit_call(until_cancelled)
    future.bind_owner(owner)
    del owner
    gc.collect()
    future.wait(TIMEOUT_US, None)
    assert future.props.state == Tf.FutureState.CANCELLED

    owner = Gio.SimpleAction.new("owner", None)
    future = executor.submit_call(until_cancelled)
    future.bind_owner(owner)
    future.bind_owner(None)
    del owner
    gc.collect()
    assert future.is_cancellable()
    assert future.cancel()


def test_several_arguments_of_a_signal_are_values():
    store = Gio.ListStore()
    future = Tf.Future.from_signal(store, "items-changed")
    store.append(Gio.SimpleAction.new("action", None))
    future.wait(TIMEOUT_US, None)
    values = future.dup_value()
    del future
    gc.collect()
    assert isinstance(values, Tf.Values)
    assert [values.get(i) for i in range(values.get_n())] == [0, 0, 1]


# The executor


def test_executor_is_a_list(executor):
    gate = threading.Event()

    def body(task):
        gate.wait(TIMEOUT_US / 1_000_000)
        task.return_none()

    futures = [executor.submit_call(body) for _ in range(3)]
    assert len(executor) == 3
    assert list(executor) == futures
    assert executor[1] is futures[1]
    assert executor.props.n_waiting + executor.props.n_executing == 3
    gate.set()
    for future in futures:
        future.wait(TIMEOUT_US, None)


def test_executor_takes_properties():
    context = Tf.ThreadContext.new(3)
    executor = Tf.Executor(parallel_context=context, max_workers=2, dispatch_budget=1000)
    assert executor.props.parallel_context is context
    assert executor.props.max_workers == 2
    assert executor.get_main_context() is not None
    assert executor.shutdown(-1)
    assert not context.props.closed
    context.close()
    assert context.props.closed
    assert Tf.Executor.new_for_parallel_context(context).props.parallel_context is context


def test_submit_refused():
    executor = Tf.Executor()
    assert executor.stop()
    with pytest.raises(GLib.Error) as caught:
        executor.submit_call(lambda task: task.return_none())
    assert caught.value.matches(Tf.error_quark(), Tf.Error.NOT_RUNNING)
    assert executor.stop()


def test_submit_twice(executor):
    task = Tf.Task.new(lambda task: task.return_int64(1))
    future = executor.submit(task)
    with pytest.raises(GLib.Error) as caught:
        executor.submit(task)
    assert caught.value.matches(Tf.error_quark(), Tf.Error.ALREADY_SUBMITTED)
    future.wait(TIMEOUT_US, None)
    assert future.get_int64() == 1


def test_task_failed(executor):
    seen = []
    executor.connect("task-failed", lambda executor, future: seen.append(future.props.error.message))
    run(executor, lambda task: task.return_new_error(Gio.io_error_quark(), 0, "bad"))
    assert seen == ["bad"]


def test_asynchronous_calls(executor):
    loop = GLib.MainLoop()
    seen = []

    def on_waited(future, result):
        seen.append(future.wait_finish(result))
        loop.quit()

    def on_submitted(executor, result):
        seen.append(executor.submit_finish(result))
        loop.quit()

    executor.submit_call(lambda task: task.return_none()).wait_async(None, on_waited)
    loop.run()
    executor.submit_async(Tf.Task.new(lambda task: task.return_string("done")), None, on_submitted)
    loop.run()
    executor.submit_async(Tf.Task.new(lambda task: task.return_none()), None, on_submitted)
    loop.run()
    assert seen == [True, (True, "done"), (True, None)]


def test_submit_from_a_thread(executor):
    seen = []
    context = GLib.MainContext.default()

    def work():
        future = executor.submit_call(lambda task: task.return_int64(5))
        future.wait(TIMEOUT_US, None)
        seen.append(future.get_int64())
        context.wakeup()

    thread = threading.Thread(target=work)
    thread.start()
    while not seen:
        context.iteration(True)
    thread.join()
    assert seen == [5]


def test_current_task(executor):
    assert Tf.Task.get_current() is None

    def body(task):
        Tf.Task.get_current().return_string(task.get_name())

    task = Tf.Task.new(body)
    task.set_name("this one")
    future = executor.submit(task)
    future.wait(TIMEOUT_US, None)
    assert future.dup_string() == "this one"


class Thing:
    pass


def test_functions_and_values_are_freed(executor):
    thing = Thing()
    value = Thing()
    gone = [weakref.ref(thing), weakref.ref(value)]

    def body(task, thing, value):
        task.report_value(GObject.Value(GObject.TYPE_PYOBJECT, value))
        task.return_value(GObject.Value(GObject.TYPE_PYOBJECT, value))

    # The value is not read: PyGObject 3.42 leaks what a function returns as a GValue of its own.
    future = run(executor, body, thing, value)
    assert future.props.state == Tf.FutureState.COMPLETED
    del thing, value, future
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


# Names


@pytest.mark.parametrize("owner, names", [
    (Tf, ["task_new", "executor_new", "FutureFunc_private", "INSIDE", "AVAILABLE_IN_ALL"]),
    (Tf.Task, ["new_for_bindings", "new_with_argument", "return_pointer", "return_boxed", "return_new_error_literal"]),
    (Tf.Executor, ["submit_call_for_bindings", "run_gtask", "get_engine"]),
    (Tf.Future, ["steal_pointer", "dup_boxed", "new"]),
])
def test_names_that_must_not_exist(owner, names):
    assert [name for name in names if hasattr(owner, name)] == []


def test_no_private_names():
    for owner in (Tf, Tf.Task, Tf.Executor, Tf.Future, Tf.ThreadContext):
        assert [name for name in dir(owner) if name.startswith("_tf") or "for_bindings" in name or "tf__" in name] == []
