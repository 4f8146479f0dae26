# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stays alive, what is told, and the end of the program."""

import asyncio
import gc
import os
import subprocess
import sys
import textwrap
import threading
import weakref

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402

TIMEOUT = 60
# Percent, as in tests/support.
SCALE = int(os.environ.get("TF_TEST_SCALE", "100"))
N_SUBMITS = 100_000 * SCALE // 100
N_IN_FLIGHT = 500


@pytest.fixture(name="executor")
def fixture_executor():
    with Tf.Executor() as executor:
        yield executor
    while GLib.MainContext.default().iteration(False):
        pass


class Thing:
    n_alive = 0

    def __init__(self):
        Thing.n_alive += 1

    def __del__(self):
        Thing.n_alive -= 1


class OwnError(Exception):
    def __init__(self):
        super().__init__("own")
        self.thing = Thing()


def done(future):
    assert future.wait(TIMEOUT)
    return future


def n_objects():
    """Of Python, after everything that can be collected was."""
    gc.collect()
    gc.collect()
    return len(gc.get_objects())


def run_all(executor, submit, read, n_submits=N_SUBMITS):
    """Submits in bunches; reads each."""
    for begin in range(0, n_submits, N_IN_FLIGHT):
        futures = [submit(executor) for _ in range(min(N_IN_FLIGHT, n_submits - begin))]
        for future in futures:
            read(done(future))
    assert len(executor) == 0


def returns_thing(thing):
    return [thing, Thing()]


def raises_thing(thing):
    raise OwnError()


def reports_things(thing, progress):
    progress(Thing())
    return thing


def yields_things(thing):
    yield Thing()
    return thing


def read_result(future):
    assert future.result is not None


def read_exception(future):
    assert future.exception.text == "own"


def submit_call(executor):
    return executor.submit_call(returns_thing, Thing())


def submit_progress(executor):
    future = executor.submit_progress(reports_things, thing=Thing())
    future.connect("progress", lambda future, report: None)
    return future


def submit_iteration(executor):
    future = executor.submit_iteration(yields_things, Thing())
    future.connect("item", lambda future, item: None)
    return future


def submit_failing(executor):
    return executor.submit_call(raises_thing, Thing())


def submit_cancelled(executor):
    future = executor.submit_iteration(lambda thing: iter(Thing, None), Thing())
    future.cancel()
    return future


def submit_derived(executor):
    return executor.submit_call(returns_thing, Thing()).then(lambda done: done.result).finally_(lambda done: Thing())


def submit_failing_derived(executor):
    return executor.submit_call(raises_thing, Thing()).catch(lambda done: done.exception)


def submit_derived_that_fails(executor):
    return executor.submit_call(returns_thing, Thing()).then(raises_thing)


def submit_set(executor):
    return Tf.all([submit_call(executor), submit_call(executor)])


def submit_map(executor):
    return executor.map(returns_thing, [Thing(), Thing()], limit=1)


def submit_failing_map(executor):
    return executor.map(raises_thing, [Thing(), Thing()], limit=1)


def submit_retry(executor):
    return executor.submit_retry(Again(), Thing(), first_delay=0)


class Again(Thing):
    is_second = False

    def __call__(self, thing):
        if self.is_second:
            return [self, thing]
        self.is_second = True
        raise OwnError()


def submit_failing_retry(executor):
    return executor.submit_retry(raises_thing, Thing(), first_delay=0, max_attempts=2)


def submit_retry_that_gives_up(executor):
    return executor.submit_retry(raises_thing, Thing(), first_delay=10_000, should_retry=lambda exception: False)


def submit_coroutine(executor):
    async def main(thing):
        return [thing, await executor.submit_call(returns_thing, Thing())]

    return Tf.spawn(main(Thing()))


def submit_failing_coroutine(executor):
    async def main(thing):
        await executor.submit_call(len, "")
        raises_thing(thing)

    return Tf.spawn(main(Thing()))


def submit_derived_of_failing_coroutine(executor):
    return submit_failing_coroutine(executor).then(print)


@pytest.mark.parametrize("submit, read, part", [
    (submit_call, read_result, 1),
    (submit_progress, read_result, 10),
    (submit_iteration, read_result, 10),
    (submit_failing, read_exception, 10),
    (submit_cancelled, lambda future: None, 10),
    (submit_derived, read_result, 10),
    (submit_failing_derived, read_result, 10),
    (submit_derived_that_fails, read_exception, 10),
    (submit_set, lambda future: future.results, 20),
    (submit_map, read_result, 20),
    (submit_failing_map, read_exception, 20),
    (submit_retry, read_result, 20),
    (submit_failing_retry, read_exception, 20),
    (submit_retry_that_gives_up, read_exception, 20),
    (submit_coroutine, read_result, 20),
    (submit_failing_coroutine, read_exception, 20),
    (submit_derived_of_failing_coroutine, read_exception, 20),
], ids=lambda value: getattr(value, "__name__", ""))
def test_nothing_is_left(executor, submit, read, part):
    # The class of errors is made when the first one is, and that may be late: its members are no leak.
    Tf.TaskCancelled()
    run_all(executor, submit, read, 10)
    before = n_objects()
    assert Thing.n_alive == 0
    run_all(executor, submit, read, max(N_SUBMITS // part, 100))
    # A dictionary that has grown, a cache: a leak would be thousands.
    assert abs(n_objects() - before) < 50
    assert Thing.n_alive == 0


def test_nothing_is_left_of_exceptions_that_were_raised_again(executor):
    def read(future):
        with pytest.raises(OwnError):
            future.result

    run_all(executor, submit_failing, read, 100)
    gc.collect()
    assert Thing.n_alive == 0


def derive(future):
    return done(future.then(print))


def make_set(future):
    return done(Tf.all(future))


@pytest.mark.parametrize("hold", [derive, make_set])
@pytest.mark.parametrize("is_kept", [False, True])
def test_nothing_is_left_of_exceptions_of_futures_that_others_have(executor, hold, is_kept):
    """The frame has what has the future, by ways that the collector of Python does not see."""

    def read(future):
        other = hold(future)
        try:
            raise KeyError
        except KeyError:
            for one in (future, other, future):
                with pytest.raises(OwnError) as caught:
                    one.result
                assert isinstance(caught.value.__context__, KeyError)
                kept = caught.value if is_kept else None
                assert kept is None or kept.thing is caught.value.thing

    run_all(executor, submit_failing, read, 20)
    gc.collect()
    assert Thing.n_alive == 0


def test_nothing_is_left_of_exceptions_that_were_awaited(executor):
    async def main():
        for i in range(100):
            future = submit_failing_coroutine(executor) if i % 2 else submit_failing(executor)
            derived = future.then(print)
            for one in (derived, future):
                with pytest.raises(OwnError):
                    await one

    asyncio.run(main())
    done(Tf.spawn(main()))
    gc.collect()
    assert Thing.n_alive == 0


def test_nothing_is_left_of_awaiting(executor):
    async def main(n_submits):
        for _ in range(n_submits):
            await submit_call(executor)
            async for item in submit_iteration(executor):
                del item
        await asyncio.gather(*[Tf.spawn(one()) for _ in range(20)])

    async def one():
        return await submit_call(executor)

    asyncio.run(main(10))
    before = n_objects()
    asyncio.run(main(max(20 * SCALE, 100)))
    assert abs(n_objects() - before) < 50
    assert Thing.n_alive == 0


def test_executor_goes():
    executor = Tf.Executor()
    done(executor.submit_call(len, ""))
    reference = weakref.ref(executor)
    del executor
    gc.collect()
    assert reference() is None


def test_future_may_be_dropped(executor):
    seen = []
    executor.submit_call(len, "abc").connect("done", lambda future: seen.append(future.result))
    gc.collect()
    while not seen:
        GLib.MainContext.default().iteration(True)
    assert seen == [3]


def test_arguments_are_freed_in_the_owner_thread(executor):
    class Captured:
        def __del__(self):
            threads.append(threading.get_ident())

    threads = []
    for _ in range(100):
        done(executor.submit_call(lambda captured: None, Captured()))
    gc.collect()
    assert threads == [threading.get_ident()] * 100


# No exception is lost


@pytest.mark.parametrize("signal", ["progress", "item", "message", "done", "notify::state"])
def test_exception_in_a_handler_is_printed(executor, signal, capfd):
    class Own(Tf.BaseTask):
        def run(self):
            self.report(1)
            self.yield_item(1)
            self.send("kind", 1)
            return 5

    def handler(*args):
        raise OwnError()

    seen = []
    future = executor.submit(Own())
    future.connect(signal, handler)
    future.connect("done", seen.append)
    assert done(future).result == 5
    assert seen == [future]
    assert "OwnError: own" in capfd.readouterr().err


@pytest.mark.parametrize("derive", [
    lambda future, fail: future.then(fail),
    lambda future, fail: future.finally_(fail),
    lambda future, fail: future.then(lambda done: 1 / 0).catch(fail),
    lambda future, fail: future.then(lambda done: Tf.spawn(fail.coroutine())),
], ids=["then", "finally", "catch", "coroutine"])
def test_exception_in_what_is_derived_is_its_failure(executor, derive):
    class Fail:
        def __call__(self, future):
            raise error

        async def coroutine(self):
            raise error

    error = OwnError()
    future = done(derive(executor.submit_call(len, ""), Fail()))
    with pytest.raises(OwnError) as caught:
        future.result
    assert caught.value is error


def test_exception_in_the_callback_of_a_task_is_printed(executor, capfd):
    def callback(future):
        raise OwnError()

    task = Tf.Task.new(lambda task: task.return_none())
    task.set_callback(callback)
    assert done(executor.submit(task)).result is None
    assert "OwnError: own" in capfd.readouterr().err


def test_exception_in_a_bare_body_is_its_failure(executor, capfd):
    def body(task):
        raise OwnError()

    with pytest.raises(OwnError):
        done(executor.submit(Tf.Task.new(body))).result
    assert capfd.readouterr().err == ""


def test_bare_body_without_a_result_fails(executor):
    with pytest.raises(GLib.Error) as caught:
        done(executor.submit(Tf.Task.new(lambda task: None))).result
    assert caught.value.matches(Tf.error_quark(), Tf.Error.NO_RESULT)


@pytest.mark.parametrize("signal", ["done", "item", "progress", "message", "notify::state"])
def test_handler_may_hold_its_future(executor, signal):
    """PyGObject lets the collector see what a handler holds, whatever the signal."""
    gone = []
    for _ in range(100):
        future = executor.submit_call(len, "")
        future.connect(signal, lambda *args, future=future: future.exception)
        future.weak_ref(gone.append, None)
        done(future)
    del future
    gc.collect()
    assert len(gone) == 100


def test_handler_of_done_stays_connected(executor):
    """As handlers of C that do not own their data; a program may have the id of its handler."""
    called = []
    future = executor.submit_call(len, "")
    handler = future.connect("done", called.append)
    done(future)
    assert called == [future]
    assert future.handler_is_connected(handler)
    future.disconnect(handler)
    assert not future.handler_is_connected(handler)


# In a process of its own


def run_program(text):
    program = "import gi\ngi.require_version('Tf', '1')\nfrom gi.repository import GLib, Tf\n" + textwrap.dedent(text)
    # Python ends threads by pthread_exit(), and AddressSanitizer finds its own signal stack unwound then.
    env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":use_sigaltstack=0"}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_failure_that_nobody_reads_is_logged():
    result = run_program("""
        with Tf.Executor() as executor:
            executor.submit_call(int, "none").wait()
        GLib.MainContext.default().iteration(False)
    """)
    assert "ValueError" in result.stderr or "invalid literal" in result.stderr
    assert result.returncode == 0


@pytest.mark.parametrize(("new", "line"), [
    ("Tf.Promise()", 6), ("Tf.Promise.new(None)", 6), ("Tf.Promise.new('name')", 6), ("Own()", 6), ("make()", 11),
], ids=["class", "new", "name", "subclass", "function"])
def test_failure_that_nobody_reads_has_its_place(new, line):
    result = run_program(f"""
        def fail():
            {new}.reject(ValueError("text"))

        class Own(Tf.Promise):
            pass

        make = lambda: Tf.Promise()
        fail()
        GLib.MainContext.default().iteration(False)
    """)
    assert f"submitted at <string>:{line}, failed" in result.stderr
    assert "ValueError: text" in result.stderr
    assert (result.returncode, result.stdout) == (0, "")


def test_place_of_a_promise_in_a_file_of_any_name():
    program = compile("Tf.Promise(), Tf.Promise.new('name')", "gr\xfcn\udcff" * 1000, "eval")
    for promise in eval(program):  # pylint: disable=eval-used
        promise.resolve(1)
        assert done(promise).result == 1


@pytest.mark.parametrize("rest", [
    "",
    "GLib.MainContext.default().iteration(False)",
    "del executor",
    "executor.stop()",
    "import asyncio; asyncio.run(wait(0.01))",
    "promise = Tf.spawn(wait(0.01)); GLib.MainContext.default().iteration(False)",
    "futures[0].then(print); futures[1].cancel()",
    "sys.exit()",
], ids=["nothing", "iteration", "del", "stop", "asyncio", "spawn", "then", "exit"])
def test_end_of_the_program_with_work_in_flight(rest):
    result = run_program(f"""
        import sys, threading

        def busy():
            while True:
                pass

        def blocked():
            threading.Event().wait()

        def items():
            while True:
                yield 1

        async def wait(timeout):
            await Tf.race([Tf.Future.delay(timeout), executor.submit_call(blocked)])

        executor = Tf.Executor(max_workers=6)
        futures = [executor.submit_call(busy), executor.submit_call(blocked), executor.submit_iteration(items)]
        futures += [executor.submit_call(len, "") for _ in range(100)]
        {rest}
    """)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("arguments", ["", "timeout=30", "30, Gio.Cancellable()"])
@pytest.mark.parametrize("is_nested", [False, True], ids=["plain", "nested"])
def test_interrupt_ends_a_wait(arguments, is_nested):
    result = run_program(f"""
        import os, signal, sys, threading
        from gi.repository import Gio

        def interrupt():
            is_waiting.wait()
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait()

        def wait():
            GLib.idle_add(is_waiting.set)
            try:
                executor.submit_call(interrupt).wait({arguments})
            except KeyboardInterrupt:
                print("wait")
                raise

        executor = Tf.Executor()
        is_waiting = threading.Event()
        loop = GLib.MainLoop()
        try:
            if {is_nested}:
                GLib.idle_add(wait)
                loop.run()
            else:
                wait()
        except KeyboardInterrupt:
            print("program")
        try:
            Tf.Promise().wait(0.001)
        except GLib.Error as error:
            print(error.code)
        print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
    """)
    assert result.stdout.splitlines() == ["wait", "program", "24", "True"]
    assert result.returncode == 0


@pytest.mark.parametrize("arguments", ["", "30"])
def test_interrupt_ends_a_shutdown(arguments):
    result = run_program(f"""
        import os, signal, threading

        def interrupt():
            is_begun.set()
            is_ending.wait()
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait()

        is_begun, is_ending = threading.Event(), threading.Event()
        executor = Tf.Executor()
        executor.submit_call(interrupt)
        is_begun.wait()
        executor.connect("notify::state", lambda executor, pspec: is_ending.set())
        try:
            executor.shutdown({arguments})
        except KeyboardInterrupt:
            print("interrupted", executor.is_stopped())
    """)
    assert (result.stdout, result.stderr, result.returncode) == ("interrupted False\n", "", 0)


def test_cancellable_ends_a_wait(executor):
    gate = threading.Event()
    future = executor.submit_call(gate.wait, TIMEOUT)
    cancellable = Gio.Cancellable()
    threading.Timer(0.01, cancellable.cancel).start()
    for _ in range(2):
        with pytest.raises(GLib.Error) as caught:
            future.wait(TIMEOUT, cancellable)
        assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    gate.set()
    assert future.wait(TIMEOUT)


def test_end_by_an_exception_in_with():
    result = run_program("""
        with Tf.Executor() as executor:
            executor.submit_iteration(iter, int, 1)
            raise KeyError("out")
    """)
    assert result.returncode == 1
    assert "KeyError: 'out'" in result.stderr


def test_wrong_values_of_properties_are_refused():
    with pytest.raises(TypeError):
        Tf.Executor(nothing=1)
    assert GObject.type_name(Tf.Executor()) == "TfExecutor"
