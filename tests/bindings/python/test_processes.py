# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Worker processes in Python, through the typelib alone: the program, and the worker of workers/plain.py."""

import os
import pathlib
import select
import signal
import subprocess
import sys

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, Tf  # noqa: E402

from workers import plain  # noqa: E402

TIMEOUT_US = int(os.environ.get("TF_TEST_TIMEOUT", "150")) * 1_000_000  # of one wait
WORKER = [sys.executable, str(pathlib.Path(plain.__file__))]


@pytest.fixture(name="context")
def fixture_context():
    context = Tf.ProcessContext.new(2)
    context.set_argv(WORKER)
    yield context
    context.close()


@pytest.fixture(name="executor")
def fixture_executor(context):
    executor = Tf.Executor.new_for_parallel_context(context)
    yield executor
    assert executor.shutdown(TIMEOUT_US)
    while GLib.MainContext.default().iteration(False):
        pass


def submit(executor, name, argument=None):
    return executor.submit(Tf.Task.new_for_reference(f"py:worker:{name}", argument))


def done(future):
    assert future.wait(TIMEOUT_US, None)
    return future


def run(executor, name, argument=None):
    return done(submit(executor, name, argument))


def error_of(future):
    assert future.get_state() == Tf.FutureState.FAILED
    return future.dup_error()


def is_error(error, code):
    return error.matches(Tf.error_quark(), code)


def wait_for_end(pid):
    """Without a sleep: a process tells its end to who watches it."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([fd], [], [], int(os.environ.get("TF_TEST_TIMEOUT", "150")))[0]
    finally:
        os.close(fd)


# What PyGObject makes of them where it gets them from C.
OF_C = {"char": "A", "uchar": b"\xc8", "enum": Tf.FutureState.FAILED, "flags": Tf.FutureSetFlags.CANCEL_REST}


def comparable(value):
    """What can be compared."""
    if isinstance(value, GLib.Bytes):
        return value.get_data()
    return value.format_iso8601() if isinstance(value, GLib.DateTime) else value


@pytest.mark.parametrize("name", plain.VALUES)
def test_value_travels(executor, name):
    sent = plain.VALUES[name]
    future = run(executor, "value", GLib.Variant("s", name))
    assert future.get_state() == Tf.FutureState.COMPLETED
    received = future.dup_value()
    expected = OF_C.get(name, None if sent is None else sent.get_value())
    assert comparable(received) == comparable(expected)
    assert type(received) is type(expected)


@pytest.mark.parametrize("text", ["()", "(1, 'two', [3.0], @mv nothing)", "<{'a': <'b'>}>", "b'bytes'", "@ax []"])
def test_argument_travels(executor, text):
    argument = GLib.Variant.parse(None, text, None, None)
    assert run(executor, "echo", argument).dup_variant().equal(argument)


def test_what_is_told_comes_in_order(executor):
    future = submit(executor, "tell_all")
    news = []
    future.connect("progress", lambda future, value: news.append(("progress", value)))
    future.connect("item", lambda future, value: news.append(("item", value)))
    future.connect("message", lambda future, kind, value: news.append((kind, value.unpack())))
    future.connect("done", lambda future: news.append("done"))
    done(future)
    assert news == [("progress", 1), ("item", "item"), ("kind", ["message"]), ("progress", 2), "done"]
    assert future.get_state() == Tf.FutureState.COMPLETED
    assert (future.props.completed_steps, future.props.total_steps, future.props.status) == (2, 5, "two")


def test_cancel_is_seen_by_the_worker(executor):
    future = submit(executor, "until_cancelled")
    future.connect("progress", lambda future, value: future.cancel())
    done(future)
    assert future.get_state() == Tf.FutureState.CANCELLED
    assert run(executor, "get_pid").get_int64() > 0


@pytest.mark.parametrize("name", ["spin", "spin_deaf"])
def test_cancel_ends_what_does_not_look(context, executor, name):
    context.set_grace(0, 0 if name == "spin_deaf" else -1)
    pids = []

    def on_progress(future, pid):
        pids.append(pid)
        future.cancel()

    future = submit(executor, name)
    future.connect("progress", on_progress)
    done(future)
    assert future.get_state() == Tf.FutureState.CANCELLED
    wait_for_end(pids[0])
    assert run(executor, "get_pid").get_int64() != pids[0]


def test_failure_has_its_parts(executor):
    future = run(executor, "fail")
    assert is_error(error_of(future), Tf.Error.EXCEPTION)
    assert future.get_failure_type() == "some.Type"
    assert future.get_failure_text() == "the text"
    assert future.get_failure_traceback() == "the traceback"


def test_error_keeps_its_domain_and_code(executor):
    error = error_of(run(executor, "fail_with_error"))
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)
    assert error.message == "not there"


def test_exception_in_the_handler_is_printed_and_spares_the_worker(context, executor, capfd):
    pid = run(executor, "get_pid").get_int64()
    error = error_of(run(executor, "throw"))
    assert is_error(error, Tf.Error.NO_RESULT)
    assert "py:worker:throw" in error.message
    assert run(executor, "get_pid").get_int64() == pid
    assert context.get_n_workers() == 1
    os.kill(pid, signal.SIGKILL)
    wait_for_end(pid)
    run(executor, "get_pid")
    assert "ValueError: thrown in a handler" in capfd.readouterr().err


def test_value_that_cannot_travel_is_refused(executor):
    error = error_of(run(executor, "report_object"))
    assert is_error(error, Tf.Error.NOT_PORTABLE)
    assert "PyObject" in error.message


@pytest.mark.parametrize(("name", "text"), [("leave", "exit status 3"), ("die", "SIGKILL")])
def test_worker_that_goes_is_lost(executor, name, text):
    other = submit(executor, "echo", GLib.Variant("s", "other"))
    error = error_of(run(executor, name))
    assert is_error(error, Tf.Error.WORKER_LOST)
    assert text in error.message
    assert ("last words" in error.message) == (name == "die")
    assert done(other).dup_variant().unpack() == "other"
    assert run(executor, "get_pid").get_int64() > 0


def test_interrupt_is_not_for_the_worker(executor):
    pid = run(executor, "get_pid").get_int64()
    os.kill(pid, signal.SIGINT)
    assert run(executor, "get_pid").get_int64() == pid


def test_other_threads_run_while_the_worker_waits(executor, tmp_path):
    paths = [str(tmp_path / name) for name in ("question", "reply")]
    for path in paths:
        os.mkfifo(path)
    run(executor, "start_thread", GLib.Variant("(ss)", paths))
    with open(paths[0], "wb") as question:
        question.write(b"it")
    with open(paths[1], "rb") as reply:
        assert reply.read() == b"it heard"


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["/nowhere/program"], "/nowhere/program"),
        ([sys.executable, "/nowhere/worker.py"], "can't open file"),
        ([sys.executable, "-c", "import no_such_module"], "No module named 'no_such_module'"),
        ([sys.executable, "-c", "x ="], "SyntaxError"),
        ([sys.executable, "-c", "print('a program', end='')"], "exit status 0"),
    ],
)
def test_worker_that_does_not_start_says_why(context, executor, argv, text):
    context.set_argv(argv)
    error = error_of(run(executor, "get_pid"))
    assert is_error(error, Tf.Error.WORKER_START)
    assert text in error.message


def test_handler_is_not_called_outside_of_a_worker():
    assert not Tf.worker_requested()
    program = "import gi; gi.require_version('Tf', '1'); from gi.repository import Tf; exit(Tf.worker_run(None))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "was not started as a worker" in result.stderr


def test_thousand_jobs_of_two_processes(context, executor):
    futures = [submit(executor, "echo", GLib.Variant("x", i)) for i in range(1000)]
    assert [done(future).dup_variant().unpack() for future in futures] == list(range(1000))
    assert 1 <= context.get_n_workers() <= 2


def test_closed_context_ends_its_processes(context):
    executor = Tf.Executor.new_for_parallel_context(context)
    pid = run(executor, "get_pid").get_int64()
    assert executor.shutdown(TIMEOUT_US)
    context.close()
    assert context.props.closed
    wait_for_end(pid)
    assert context.get_n_workers() == 0
    late = Tf.Executor.new_for_parallel_context(context)
    with pytest.raises(GLib.Error) as caught:
        submit(late, "get_pid")
    assert is_error(caught.value, Tf.Error.CLOSED)
    late.shutdown(TIMEOUT_US)
