# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Worker processes as Python programs use them, with the override: any function of a module is called in one."""

import functools
import os
import pathlib
import re
import select
import signal
import subprocess
import sys

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, Tf  # noqa: E402

from workers import functions as worker  # noqa: E402

TIMEOUT_US = int(os.environ.get("TF_TEST_TIMEOUT", "150")) * 1_000_000  # of one wait


@pytest.fixture(name="context")
def fixture_context():
    context = Tf.ProcessContext(max_workers=2)
    yield context
    context.close()


@pytest.fixture(name="executor")
def fixture_executor(context):
    with Tf.Executor(context=context) as executor:
        yield executor
    while GLib.MainContext.default().iteration(False):
        pass


def done(future):
    assert future.wait(TIMEOUT_US)
    return future


def run(executor, function, *args):
    return done(executor.submit(Tf.call_task(function, *args)))


def has_failed(future, code):
    return future.dup_error().matches(Tf.error_quark(), code)


def wait_for_end(pid):
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([fd], [], [], TIMEOUT_US / 1_000_000)[0]
    finally:
        os.close(fd)


# Calling


@pytest.mark.parametrize(
    "args",
    [
        (),
        (None, True, False, 0, 2**63 - 1, -(2**63), 1.5, float("inf"), "grün", "", b"\0\xff", b""),
        ([], [1, [2, None]], (), (1, (2, b"x")), {}, {"a": {"b": [b"c"]}}),
        ((1, 2),),
        ({"one": 1},),
    ],
)
def test_arguments_arrive_as_they_were(executor, args):
    assert run(executor, worker.describe, *args).result == repr(args)


@pytest.mark.parametrize(
    ("variant", "args"),
    [
        (None, ()),
        (GLib.Variant("x", 1), (1,)),
        (GLib.Variant("(xs)", (1, "a")), (1, "a")),
        (GLib.Variant("as", ["a", "b"]), (["a", "b"],)),
        (GLib.Variant("a{is}", {1: "one"}), ({1: "one"},)),
        (GLib.Variant("(may)", (b"x",)), (b"x",)),
        (GLib.Variant("v", GLib.Variant("ay", b"bytes")), (b"bytes",)),
    ],
)
def test_any_variant_is_arguments(executor, variant, args):
    task = Tf.Task.new_for_reference("py:workers.functions:describe", variant)
    assert done(executor.submit(task)).result == repr(args)


@pytest.mark.parametrize("value", [{1}, 2**63, object(), Gio.Cancellable(), "nul \0", {1: 2}, [[{1}]], Tf, print])
def test_argument_that_cannot_travel_is_refused_at_once(value):
    with pytest.raises(GLib.Error) as caught:
        Tf.call_task(worker.echo, value)
    assert caught.value.matches(Tf.error_quark(), Tf.Error.NOT_PORTABLE)


@pytest.mark.parametrize(
    "function",
    [lambda: 1, functools.partial(worker.echo, 1), worker.Namespace().method, "text", None],
)
def test_function_without_a_name_is_refused_at_once(function):
    with pytest.raises(GLib.Error) as caught:
        Tf.call_task(function)
    assert caught.value.matches(Tf.error_quark(), Tf.Error.NOT_PORTABLE)


def test_functions_of_classes_and_of_c_are_called(executor):
    assert run(executor, worker.Namespace.in_class, 1).result == 2
    assert run(executor, len, "text").result == 4
    assert run(executor, os.path.basename, "/a/b").result == "b"


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("none", lambda value: value is None),
        ("variant", lambda value: value.unpack() == ("x", 1)),
        ("bytes", lambda value: value.get_data() == b"\0bytes"),
        ("glib-bytes", lambda value: value.get_data() == b"bytes"),
        ("date-time", lambda value: value.format_iso8601() == "2026-01-02T03:04:05Z"),
        ("enum", lambda value: value == Tf.FutureState.FAILED and isinstance(value, Tf.FutureState)),
        ("list", lambda value: value.unpack() == [1, None, [[120]]]),
        ("dict", lambda value: value.unpack() == {"a": (1, 2)}),
    ],
)
def test_result_travels(executor, name, check):
    assert check(run(executor, worker.make, name).result)


@pytest.mark.parametrize("name", ["set", "large", "object", "gobject", "text"])
def test_result_that_cannot_travel_fails(executor, name):
    assert has_failed(run(executor, worker.make, name), Tf.Error.NOT_PORTABLE)


def test_task_has_a_name():
    task = Tf.call_task(worker.Namespace.in_class, 1)
    assert task.get_name() == "Namespace.in_class"
    assert task.get_reference() == "py:workers.functions:Namespace.in_class"


@pytest.mark.parametrize(
    ("reference", "kind", "text"),
    [
        ("py:no_such_module:f", "ModuleNotFoundError", "no_such_module"),
        ("py:workers.functions:no_such", "AttributeError", "no_such"),
        ("py:workers.functions", "gi.repository.GLib.GError", "py:module:name"),
        ("js:file#name", "gi.repository.GLib.GError", "py:module:name"),
        ("py:__main__:f", "gi.repository.GLib.GError", "Tf.worker_requested()"),
        ("py:workers.functions:Namespace.in_class", "TypeError", "positional argument"),
    ],
)
def test_reference_that_is_wrong_fails(executor, reference, kind, text):
    future = done(executor.submit(Tf.Task.new_for_reference(reference, None)))
    assert future.exception.type == kind
    assert text in future.exception.text


def test_worker_imports_from_where_the_program_does(executor):
    path, args = run(executor, worker.get_path).result.unpack()
    assert path == sys.path
    assert args == []


def test_function_for_threads_is_refused(executor):
    with pytest.raises(GLib.Error) as caught:
        executor.submit_call(worker.get_pid)
    assert caught.value.matches(Tf.error_quark(), Tf.Error.NOT_PORTABLE)


# What it tells


def test_progress_is_a_keyword(executor):
    future = executor.submit(Tf.call_task(worker.report_all, "one", b"two"))
    reports = []
    future.connect("progress", lambda future, value: reports.append(value))
    assert done(future).result == "reported"
    assert reports[0] == "one"
    assert reports[1].unpack() == ["one", list(b"two")]
    assert reports[2:] == [None]
    assert run(executor, worker.takes_it_as_argument, 1).result == 1


def test_progress_of_an_earlier_job_is_over(context, executor):
    context.set_grace(None, None)
    run(executor, worker.report_later)
    future = run(executor, worker.report_now)
    assert future.dup_error().matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


def test_generator_yields_items(executor):
    future = executor.submit(Tf.call_task(worker.count, 5))
    items = []
    future.connect("item", lambda future, item: items.append(item))
    assert done(future).result.unpack() == [5]
    assert items == list(range(5))


def test_generator_is_closed_by_a_cancel(executor, capfd):
    future = executor.submit(Tf.call_task(worker.count_for_ever))
    pids = []

    def on_item(future, pid):
        pids.append(pid)
        future.cancel()

    future.connect("item", on_item)
    done(future)
    assert future.get_state() == Tf.FutureState.CANCELLED
    assert run(executor, worker.get_pid).result == pids[0]
    os.kill(pids[0], 9)
    wait_for_end(pids[0])
    run(executor, worker.get_pid)
    assert "closed" in capfd.readouterr().err


def test_task_of_the_thread_has_state_and_messages(executor):
    future = executor.submit(Tf.call_task(worker.steps))
    messages = []
    future.connect("message", lambda future, kind, value: messages.append((kind, value)))
    assert done(future).result == "steps"
    assert messages == [("kind", "plain")]
    assert (future.props.completed_steps, future.props.status) == (3, "three")


def test_cancel_is_raised_by_the_next_report(executor):
    future = executor.submit(Tf.call_task(worker.endless))
    pids = []

    def on_progress(future, pid):
        pids.append(pid)
        future.cancel()

    future.connect("progress", on_progress)
    assert done(future).get_state() == Tf.FutureState.CANCELLED
    assert run(executor, worker.get_pid).result == pids[0]


def test_cancel_ends_what_does_not_look(context, executor):
    context.set_grace(0, None)
    context.set_idle_timeout(60)
    context.set_start_retry_timeout()
    assert context.get_start_retry_timeout() is None
    context.set_start_retry_timeout(2.5)
    assert (context.get_start_retry_timeout(), context.props.start_retry_timeout) == (2.5, 2_500_000)
    future = executor.submit(Tf.call_task(worker.spin))
    pids = []

    def on_progress(future, pid):
        pids.append(pid)
        future.cancel()

    future.connect("progress", on_progress)
    assert done(future).get_state() == Tf.FutureState.CANCELLED
    wait_for_end(pids[0])
    assert run(executor, worker.get_pid).result != pids[0]


# Failures


@pytest.mark.parametrize(
    ("function", "kind", "text"),
    [
        (worker.fail, "LookupError", "not there"),
        (worker.leave, "SystemExit", "3"),
        (worker.interrupt, "KeyboardInterrupt", ""),
    ],
)
def test_exception_is_a_failure_and_spares_the_worker(executor, function, kind, text):
    pid = run(executor, worker.get_pid).result
    future = run(executor, function)
    assert has_failed(future, Tf.Error.EXCEPTION)
    assert future.exception[:2] == (kind, text)
    assert f"in {function.__name__}" in future.exception.traceback
    assert "overrides" not in future.exception.traceback
    assert run(executor, worker.get_pid).result == pid


def test_error_for_c_keeps_its_domain_and_code(executor):
    error = run(executor, worker.fail_for_c).dup_error()
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)


def test_process_that_dies_is_lost(executor):
    other = executor.submit(Tf.call_task(worker.describe, 1))
    future = run(executor, worker.die)
    assert has_failed(future, Tf.Error.WORKER_LOST)
    assert "SIGKILL" in future.exception.text
    assert "last words" in future.exception.text
    assert done(other).result == "(1,)"


# The program


def test_output_is_there_when_the_job_is_done(executor, capfd):
    run(executor, worker.print_line, "from a worker")
    assert capfd.readouterr().out == "from a worker\n"


def test_idle_process_ends_as_programs_of_python_do(tmp_path):
    path = tmp_path / "file"
    context = Tf.ProcessContext.new(1)
    with Tf.Executor(context=context) as executor:
        pid = run(executor, worker.make_file_at_exit, str(path)).result
    context.close()
    wait_for_end(pid)
    assert path.exists()


PROGRAM = """\
import os, sys
import gi
gi.require_version("Tf", "1")
from gi.repository import Tf

def square(number):
    return number * number, os.getpid()

if __name__ == "__main__":
    if Tf.worker_requested():
        sys.exit(Tf.worker_run())
    with Tf.Executor(context=Tf.ProcessContext.new(1)) as executor:
        future = executor.submit(Tf.call_task(square, 7))
        future.wait()
        result, pid = future.result.unpack()
        print(result, pid != os.getpid())
"""


@pytest.mark.parametrize("arguments", [["program.py"], ["-m", "program"], ["-m", "package"]])
def test_program_can_be_its_own_worker(tmp_path, arguments):
    (tmp_path / "package").mkdir()
    for path in ("program.py", "package/__init__.py", "package/__main__.py"):
        (tmp_path / path).write_text(PROGRAM if "init" not in path else "")
    result = subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.stdout, result.stderr, result.returncode) == ("49 True\n", "", 0)


IN_FLIGHT = """\
import os, signal, sys
import gi
gi.require_version("Tf", "1")
from gi.repository import GLib, Tf
from workers import functions as worker

async def wait():
    await Tf.race(futures[0], Tf.Future.delay(0.01))

path = sys.argv[1]
context = Tf.ProcessContext(max_workers=2)
executor = Tf.Executor(context=context)
futures = [executor.submit(Tf.call_task(function, path)) for function in (worker.hold_and_spin, worker.hold_and_count)]
futures += [executor.submit(Tf.call_task(worker.hold, path)) for _ in range(100)]
told = set()
futures[0].connect("progress", lambda future, pid: told.add(pid))
futures[1].connect("item", lambda future, pid: told.add(pid))
while len(told) < 2:
    GLib.MainContext.default().iteration(True)
"""


@pytest.mark.parametrize(("rest", "status", "told"), [
    ("", 0, ""),
    ("del executor", 0, ""),
    ("del context, executor, futures", 0, ""),
    ("executor.stop()", 0, ""),
    ("executor.stop(); GLib.MainContext.default().iteration(False)", 0, ""),
    ("context.close()", 0, ""),
    ("context.set_grace(0, 0); executor.shutdown()", 0, ""),
    ("futures[0].cancel(); futures[1].then(print)", 0, ""),
    ("import asyncio; asyncio.run(wait())", 0, ""),
    ("promise = Tf.spawn(wait()); GLib.MainContext.default().iteration(False)", 0, ""),
    ("sys.exit(3)", 3, ""),
    ("raise KeyError('out')", 1, "KeyError: 'out'\n"),
    ("raise KeyboardInterrupt", -signal.SIGINT, "KeyboardInterrupt\n"),
    ("os._exit(4)", 4, ""),
    ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, ""),
    ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, ""),
], ids=["nothing", "del", "del-all", "stop", "stop-and-iterate", "close", "shutdown", "cancel", "asyncio", "spawn", "exit",
        "raise", "interrupt", "_exit", "terminate", "kill"])
def test_end_of_the_program_with_work_in_flight(tmp_path, rest, status, told):
    """And its workers have ended: nobody has the pipe open any more."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    here = pathlib.Path(__file__).parent
    env = {
        **os.environ,
        "PYTHONPATH": f"{here}:{os.environ.get('PYTHONPATH', '')}",
        # As in test_override_life.py.
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":use_sigaltstack=0",
    }
    result = subprocess.run(
        [sys.executable, "-c", IN_FLIGHT + rest, str(path)], env=env, capture_output=True, text=True, timeout=60,
        check=False,
    )
    # What a worker says of its own end is not the program's.
    lines = [line for line in result.stderr.splitlines(True) if line != "closed\n"]
    assert (result.returncode, result.stdout) == (status, "")
    assert "".join(lines[-1:]) == told
    assert len(lines) == 0 or lines[0].startswith("Traceback")
    os.set_blocking(fd, True)
    heard = b""
    while select.select([fd], [], [], TIMEOUT_US / 1_000_000)[0]:
        more = os.read(fd, 1000)
        if not more:
            break
        heard += more
    else:
        pytest.fail("a worker is left")
    os.close(fd)
    assert len(heard) >= 2


def test_large_lists_travel_both_ways(executor):
    numbers = list(range(20000))
    assert run(executor, sum, numbers).result == sum(numbers)
    assert run(executor, sorted, numbers[::-1]).result.unpack() == numbers
    table = {f"key{number}": [number, None, 0.5, True, "é"] for number in range(2000)}
    (result,) = run(executor, worker.echo, table).result.unpack()
    assert result == table


def test_limits_are_properties(executor, context):
    limits = context.props
    assert (limits.max_value_size, limits.max_text_size, limits.max_pending_size) == (1 << 30, 1 << 16, 1 << 26)
    limits.max_value_size = 100_000
    context.set_max_text_size(2000)
    assert limits.max_text_size == 2000
    assert run(executor, bytes, 100_000).result.get_size() == 100_000
    assert has_failed(run(executor, bytes, 100_001), Tf.Error.NOT_PORTABLE)
    text = run(executor, worker.fail_at_length, 5000).get_failure_text()
    assert len(text.encode()) <= 2000
    assert text.endswith("é…")


def test_thousand_jobs_of_two_processes(executor):
    futures = [executor.submit(Tf.call_task(worker.describe, i)) for i in range(1000)]
    assert [done(future).result for future in futures] == [f"({i},)" for i in range(1000)]


def test_two_functions_run_at_the_same_time(executor, tmp_path):
    """Each comes back when it has heard of the other, which is in the middle of its own job then."""
    paths = [str(tmp_path / "first"), str(tmp_path / "second")]
    for path in paths:
        os.mkfifo(path)
    futures = [executor.submit(Tf.call_task(worker.meet, *ends)) for ends in (paths, paths[::-1])]
    (first, seen_by_first), (second, seen_by_second) = (done(future).result.unpack() for future in futures)
    assert (seen_by_first, seen_by_second) == (second, first)
    assert len({first, second, os.getpid()}) == 3


def test_example():
    program = pathlib.Path(__file__).resolve().parents[3] / "examples/python-workers/main.py"
    result = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=120, check=False)
    assert (result.stderr, result.returncode) == ("", 0)
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "41538 primes below 500000, counted here",
        "41538 primes below 500000, counted by 2 other processes",
    ]
    overlaps = re.fullmatch(r"(\d+) of 20 parts were counted while the other process counted, too", lines[2])
    assert 2 <= int(overlaps[1]) <= 20
    assert re.fullmatch(r"\d+\.\d\d s and \d+\.\d\d s: \d+\.\d times as fast", lines[3])
    assert len(lines) == 4
