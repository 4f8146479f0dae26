# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Awaiting futures: each test runs under asyncio, and on a plain main context of GLib with Tf.spawn()."""

import asyncio
import contextvars
import gc
import os
import threading

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, Tf  # noqa: E402

TIMEOUT = int(os.environ.get("TF_TEST_TIMEOUT", "150"))  # of one wait, in seconds
CANCELLED = Tf.FutureState.CANCELLED


@pytest.fixture(name="executor")
def fixture_executor():
    with Tf.Executor() as executor:
        yield executor
    while GLib.MainContext.default().iteration(False):
        pass


def run_asyncio(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, TIMEOUT))


def run_glib(coroutine):
    loop = GLib.MainLoop()
    promise = Tf.spawn(coroutine)
    if not promise.is_done():
        promise.connect("done", lambda promise: loop.quit())
        loop.run()
    return promise.result


def run_spawn_in_asyncio(coroutine):
    async def main():
        return await Tf.spawn(coroutine)

    return run_asyncio(main())


@pytest.fixture(name="run", params=[run_asyncio, run_glib, run_spawn_in_asyncio], ids=["asyncio", "glib", "spawn-asyncio"])
def fixture_run(request):
    return request.param


async def pause(seconds):
    """Lets the loop of asyncio turn, without any future of the library."""
    loop = asyncio.get_running_loop()
    passed = loop.create_future()
    loop.call_later(seconds, passed.set_result, None)
    await passed


class OwnError(Exception):
    pass


def fail(error):
    raise error


def blocked(gate):
    assert gate.wait(TIMEOUT)


def test_await_gives_the_result(executor, run):
    thing = object()

    async def main():
        future = executor.submit_call(lambda: thing)
        assert await future is thing
        assert await future is thing
        return await executor.submit_call(len, "ab")

    assert run(main()) == 2


def test_await_raises_the_exception(executor, run):
    error = OwnError("here")

    async def main():
        try:
            await executor.submit_call(fail, error)
        except OwnError as caught:
            return caught
        return None

    assert run(main()) is error


def test_exception_of_a_coroutine_keeps_its_identity(executor, run):
    error = OwnError("here")

    async def main():
        await executor.submit_call(len, "")
        raise error

    with pytest.raises(OwnError) as caught:
        run(main())
    assert caught.value is error


def test_await_of_a_cancelled_future(executor, run):
    async def main():
        future = executor.submit_call(len, "")
        future.cancel()
        with pytest.raises(Tf.TaskCancelled):
            await future
        return future.get_state()

    assert run(main()) == Tf.FutureState.CANCELLED


def test_await_of_promises_and_what_is_derived(executor, run):
    async def main():
        promise = Tf.Promise()
        thread = threading.Thread(target=promise.resolve, args=("from a thread",))
        thread.start()
        assert await promise == "from a thread"
        thread.join()
        futures = [executor.submit_call(pow, 2, i) for i in range(4)]
        every = Tf.all(futures)
        assert await every is None
        assert every.results == [1, 2, 4, 8]
        never = Tf.Promise()
        assert await Tf.any([never, executor.submit_call(len, "a")]) == 1
        assert await Tf.race([executor.submit_call(len, "a"), never]) == 1
        assert await executor.submit_call(len, "ab").then(lambda done: [done.result]) == [2]
        assert await executor.submit_call(fail, OwnError()).catch(lambda done: "mended") == "mended"
        assert await executor.submit_then(executor.submit_call(len, "abc"), lambda done: done.result) == 3
        with pytest.raises(GLib.Error) as caught:
            await never.with_timeout(0.001, Tf.TimeoutAction.CANCEL)
        assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)
        await Tf.Future.delay(0.001)
        return "end"

    assert run(main()) == "end"


def test_await_without_an_executor(run):
    async def main():
        await Tf.Future.delay(0.001)
        return await Tf.Future.new_for_int64(5).then(lambda done: done.result + 1)

    assert run(main()) == 6


def test_await_several_at_once(executor, run):
    async def one(i):
        return await executor.submit_call(pow, 2, i)

    async def main():
        promises = [Tf.spawn(one(i)) for i in range(20)]
        await Tf.all(promises)
        return [promise.result for promise in promises]

    assert run(main()) == [2**i for i in range(20)]


def test_await_a_spawned_coroutine(executor, run):
    async def inner(value):
        await executor.submit_call(len, "")
        if value is None:
            raise OwnError("inner")
        return value

    async def main():
        thing = object()
        assert await Tf.spawn(inner(thing)) is thing
        with pytest.raises(OwnError):
            await Tf.spawn(inner(None))
        return "end"

    assert run(main()) == "end"


def test_signals_come_while_something_is_awaited(executor, run):
    async def main():
        seen = []
        future = executor.submit_progress(lambda progress: progress(1))
        future.connect("progress", lambda future, report: seen.append((report, threading.get_ident())))
        await future
        return seen

    assert run(main()) == [(1, threading.get_ident())]


# async for


def test_items_are_iterated(executor, run):
    async def main():
        return [item async for item in executor.submit_iteration(range, 2500)]

    assert run(main()) == list(range(2500))


def test_items_come_before_the_failure(executor, run):
    error = OwnError()

    def body():
        yield 1
        yield None
        raise error

    async def main():
        items = []
        try:
            async for item in executor.submit_iteration(body):
                items.append(item)
        except OwnError as caught:
            items.append(caught)
        return items

    assert run(main()) == [1, None, error]


def test_items_end_with_a_cancel(executor, run):
    def body():
        while True:
            yield 1

    async def main():
        future = executor.submit_iteration(body)
        items = []
        with pytest.raises(Tf.TaskCancelled):
            async for item in future:
                items.append(item)
                future.cancel()
                await Tf.Future.delay(0)
        return items

    assert run(main())


def test_items_are_not_piled_up(executor, run):
    """Whoever reads slowly makes the body wait: it is ahead by what is unread and what is on its way, and no more."""
    n_total = 20000
    n_ahead = []
    n_sent = 0

    def body():
        nonlocal n_sent
        for number in range(n_total):
            n_sent = number
            yield number

    async def main():
        n_read = 0
        async for item in executor.submit_iteration(body):
            assert item == n_read
            n_read += 1
            if n_read % 500 == 0:
                await Tf.Future.delay(0)
                await Tf.Future.delay(0)
            n_ahead.append(n_sent - n_read)
        return n_read

    assert run(main()) == n_total
    assert max(n_ahead) <= 64 + 1024 + 64


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_items_are_let_go_of_with_their_reader(executor, run, is_elsewhere):
    def body():
        for number in range(5000):
            yield number
        return "end"

    async def main():
        future = executor.submit_iteration(body)
        items = future.__aiter__()
        await items.__anext__()
        while not items._flow._is_holding:
            await Tf.Future.delay(0)
        if is_elsewhere:
            thread = threading.Thread(target=items._disconnect)
            thread.start()
            thread.join()
        else:
            del items
        return await future

    assert run(main()) == "end"


def test_items_may_be_left_early(executor, run):
    async def main():
        future = executor.submit_iteration(range, 10)
        async for item in future:
            if item == 3:
                break
        return await future, item

    assert run(main()) == (None, 3)


def test_items_end_when_they_are_closed(executor, run):
    async def main():
        future = executor.submit_iteration(range, 1000)
        items = future.__aiter__()
        assert await items.__anext__() == 0
        waiting = Tf.spawn(wait_for(items, future))
        await Tf.Future.delay(0)
        await items.aclose()
        assert await waiting == "closed"
        with pytest.raises(StopAsyncIteration):
            await items.__anext__()
        await future

    async def wait_for(items, future):
        try:
            while True:
                await items.__anext__()
        except StopAsyncIteration:
            return "closed"

    run(main())


def test_failure_that_looks_like_the_end_of_items(executor, run):
    async def main():
        async for item in executor.submit_call(fail, StopAsyncIteration("of the body")):
            assert item is None

    with pytest.raises(RuntimeError) as info:
        run(main())
    assert info.value.__cause__.args == ("of the body",)


def test_items_of_a_future_that_is_done(executor, run):
    async def main():
        future = executor.submit_iteration(range, 3)
        await future
        return [item async for item in future]

    assert run(main()) == []


# Cancelling


@pytest.mark.parametrize("is_iterated", [False, True], ids=["await", "async-for"])
def test_cancel_of_a_spawned_coroutine(executor, is_iterated):
    """Under GLib the coroutine gets Tf.TaskCancelled, and what it waits for is cancelled."""
    gate = threading.Event()
    seen = []

    async def main(future):
        try:
            if is_iterated:
                async for item in future:
                    seen.append(item)
            await future
        except Tf.TaskCancelled as error:
            seen.append(error)
            raise

    future = executor.submit_call(blocked, gate)
    promise = Tf.spawn(main(future))
    while future.get_state() != Tf.FutureState.EXECUTING:
        GLib.MainContext.default().iteration(True)
    assert promise.cancel()
    assert promise.get_state() == Tf.FutureState.CANCELLING
    assert promise.wait(TIMEOUT)
    assert promise.get_state() == Tf.FutureState.CANCELLED
    assert future.get_state() == Tf.FutureState.CANCELLING
    assert len(seen) == 1
    gate.set()
    assert future.wait(TIMEOUT)


def test_cancel_may_be_survived():
    async def main():
        try:
            await Tf.Promise()
        except Tf.TaskCancelled:
            await Tf.Future.delay(0.001)
            seen.append("cleaned up")
        return 5

    seen = []
    promise = Tf.spawn(main())
    GLib.MainContext.default().iteration(False)
    assert promise.cancel()
    assert promise.wait(TIMEOUT)
    assert seen == ["cleaned up"]
    assert promise.get_state() == Tf.FutureState.CANCELLED


def test_cancel_before_the_start():
    async def main():
        called.append(1)

    called = []
    promise = Tf.spawn(main())
    assert promise.cancel()
    assert promise.wait(TIMEOUT)
    assert promise.get_state() == Tf.FutureState.CANCELLED
    assert not called


@pytest.mark.parametrize("derive", [
    lambda promise: promise.then(print), lambda promise: Tf.all(promise), lambda promise: promise.with_timeout(None),
], ids=["then", "all", "timeout"])
def test_cancel_of_what_is_derived_reaches_the_coroutine(derive, run):
    async def inner():
        try:
            await Tf.Promise()
        except BaseException as error:
            seen.append(type(error).__name__)
            raise

    async def main():
        promise = Tf.spawn(inner())
        await Tf.Future.delay(0)
        assert derive(promise).cancel()
        with pytest.raises(Tf.TaskCancelled):
            await promise

    seen = []
    run(main())
    assert seen in (["TaskCancelled"], ["CancelledError"])


def test_cancel_from_a_thread(run):
    async def inner():
        try:
            await Tf.Promise()
        except BaseException:
            seen.append(threading.get_ident())
            raise

    async def main():
        promise = Tf.spawn(inner())
        await Tf.Future.delay(0)
        thread = threading.Thread(target=promise.cancel)
        thread.start()
        with pytest.raises(Tf.TaskCancelled):
            await promise
        thread.join()

    seen = []
    run(main())
    assert seen == [threading.get_ident()]


def test_cancel_in_a_loop_inside_the_coroutine():
    """The coroutine runs, so it is told at its next await."""
    async def main():
        promises[0].cancel()
        Tf.Future.delay(0).wait()
        Tf.Future.delay(0).wait()
        seen.append("inside")
        try:
            await Tf.Promise()
        except Tf.TaskCancelled:
            seen.append("told")

    seen = []
    promises = []
    promises.append(Tf.spawn(main()))
    assert promises[0].wait(TIMEOUT)
    assert promises[0].get_state() == Tf.FutureState.CANCELLED
    assert seen == ["inside", "told"]


def test_abort_of_a_spawned_coroutine_tells_it():
    async def main():
        try:
            await Tf.Promise()
        except Tf.TaskCancelled:
            seen.append("told")

    seen = []
    promise = Tf.spawn(main())
    promise.set_abort_policy(Tf.AbortPolicy.ALLOW)
    GLib.MainContext.default().iteration(False)
    assert promise.abort("enough")
    assert promise.wait(TIMEOUT)
    while GLib.MainContext.default().iteration(False):
        pass
    assert seen == ["told"]


def test_cancel_by_the_coroutine_itself():
    async def main():
        promises[0].cancel()
        await Tf.Future.delay(0)
        seen.append("not reached")

    seen = []
    promises = []
    promises.append(Tf.spawn(main()))
    assert promises[0].wait(TIMEOUT)
    assert promises[0].get_state() == Tf.FutureState.CANCELLED
    assert not seen


def test_cancel_of_an_asyncio_task(executor):
    """The future is cancelled, and the coroutine goes on without waiting for the body."""
    gate = threading.Event()
    seen = []

    async def wait_for(future):
        try:
            await future
        except asyncio.CancelledError:
            seen.append(future.get_state())
            raise

    async def main():
        future = executor.submit_call(blocked, gate)
        task = asyncio.create_task(wait_for(future))
        await pause(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.set()
        with pytest.raises(Tf.TaskCancelled):
            await future
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(Tf.Promise(), 0.001)

    run_asyncio(main())
    assert seen == [Tf.FutureState.CANCELLING]


def test_cancel_of_a_coroutine_spawned_under_asyncio():
    """There it is asyncio.CancelledError, since it may wait for what belongs to asyncio."""
    seen = []

    async def inner():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            seen.append(error)
            raise

    async def main():
        promise = Tf.spawn(inner())
        await pause(0)
        assert promise.cancel()
        with pytest.raises(Tf.TaskCancelled):
            await promise
        return promise.get_state()

    assert run_asyncio(main()) == Tf.FutureState.CANCELLED
    assert len(seen) == 1


# The loops


def n_descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_executor_goes_back_to_its_main_context(executor):
    async def main():
        for i in range(3):
            assert await executor.submit_call(len, "a" * i) == i

    for _ in range(2):
        run_asyncio(main())
        loop = GLib.MainLoop()
        executor.submit_call(len, "").connect("done", lambda future: loop.quit())
        loop.run()
    before = n_descriptors()
    for _ in range(5):
        run_asyncio(main())
    assert n_descriptors() == before


def test_loop_without_a_last_turn(executor):
    """A loop that is closed while something is awaited leaves the executor to the next one."""

    async def main():
        asyncio.get_running_loop().stop()
        await Tf.Promise()

    loop = asyncio.new_event_loop()
    with pytest.raises(RuntimeError):
        loop.run_until_complete(main())
    loop.close()

    async def other():
        return await executor.submit_call(len, "abc")

    assert run_asyncio(other()) == 3
    assert executor.submit_call(len, "a").wait(TIMEOUT)


def test_loop_of_glib_after_one_that_was_closed(executor):
    """What was awaited when the loop was closed does not keep the executor from its main context."""

    async def main():
        asyncio.get_running_loop().stop()
        await promise

    promise = Tf.Promise()
    loop = asyncio.new_event_loop()
    task = loop.create_task(main())
    loop.run_forever()
    loop.close()

    seen = []
    executor.submit_call(len, "abc").connect("done", lambda future: seen.append(future.result))
    late = GLib.timeout_add_seconds(TIMEOUT, lambda: seen.append("late"))
    while not seen:
        GLib.MainContext.default().iteration(True)
    GLib.source_remove(late)
    assert seen == [3]
    promise.resolve()
    assert promise.wait(TIMEOUT) and not task.done()
    task._log_destroy_pending = False


def test_no_polling(executor):
    """Nothing wakes the loop while nothing happens."""
    gate = threading.Event()

    async def main():
        loop = asyncio.get_running_loop()
        future = executor.submit_call(blocked, gate)
        turns = []
        task = asyncio.ensure_future(future)
        while future.get_state() != Tf.FutureState.EXECUTING:
            await pause(0)
        run_once = loop._run_once
        loop._run_once = lambda: turns.append(1) or run_once()
        await pause(0.1)
        gate.set()
        await task
        return len(turns)

    assert run_asyncio(main()) < 15


def test_async_with_delivers_all_the_time():
    async def main():
        seen = []
        async with Tf.Executor() as executor:
            event = asyncio.Event()
            future = executor.submit_call(len, "ab")
            future.connect("done", lambda future: seen.append(future.result) or event.set())
            await event.wait()
            left = executor.submit_iteration(iter, int, 1)
        assert executor.get_state() == Tf.ExecutorState.STOPPED
        assert left.get_state() == Tf.FutureState.CANCELLED
        return seen

    assert run_asyncio(main()) == [2]


def test_executor_made_later_is_driven_too(run):
    async def main():
        promise = Tf.Promise()
        waiting = Tf.spawn(wait_for(promise))
        await Tf.Future.delay(0)
        with Tf.Executor() as executor:
            assert await executor.submit_call(len, "abc") == 3
            future = executor.submit_call(len, "ab")
            future.connect("done", lambda future: promise.resolve(future.result))
            return await waiting

    async def wait_for(promise):
        return await promise

    assert run(main()) == 2


def test_await_of_an_executor_that_has_gone():
    async def main():
        with pytest.raises(Tf.TaskCancelled):
            await Tf.Executor().submit_call(threading.Event().wait, 0.05)

    run_asyncio(main())
    while GLib.MainContext.default().iteration(False):
        pass


@pytest.mark.parametrize("is_collected", [False, True])
def test_executors_go_while_something_else_is_awaited(is_collected):
    """An executor that was dropped stops, and its futures are told, as without asyncio; and nothing of it is left."""

    async def main():
        waiting = asyncio.ensure_future(Tf.Future.delay(60))
        await pause(0)
        await turn_over()
        before = n_descriptors()
        for i in range(120):
            assert await turn_over() == CANCELLED
            if is_collected or i % 40 == 0:
                gc.collect()
        while n_descriptors() > before:
            await pause(0.001)
        waiting.cancel()

    async def turn_over():
        gate = threading.Event()
        executor = Tf.Executor()
        if is_collected:
            ring = [executor]
            ring.append(ring)
            del ring
        assert await executor.submit_call(len, "abc") == 3
        future = executor.submit_call(blocked, gate)
        del executor
        if is_collected:
            gc.collect()
        gate.set()
        with pytest.raises(Tf.TaskCancelled):
            await future
        while not future.is_done():
            await pause(0.001)
        return future.get_state()

    run_asyncio(main())


def test_two_loops_in_two_threads():
    def in_thread():
        context = GLib.MainContext()
        context.push_thread_default()
        with Tf.Executor() as executor:
            results.append(run_asyncio(main(executor)))
        context.pop_thread_default()

    async def main(executor):
        return [await executor.submit_call(len, "a" * i) for i in range(50)]

    results = []
    threads = [threading.Thread(target=in_thread) for _ in range(2)]
    for thread in threads:
        thread.start()
    with Tf.Executor() as executor:
        results.append(run_asyncio(main(executor)))
    for thread in threads:
        thread.join()
    assert results == [list(range(50))] * 3


# The driver of coroutines


def test_spawn_takes_a_coroutine_only():
    with pytest.raises(TypeError):
        Tf.spawn(len)


def test_spawn_tells_what_it_cannot_wait_for():
    class Foreign:
        def __await__(self):
            yield "something"

    async def main():
        await Foreign()

    promise = Tf.spawn(main())
    assert promise.wait(TIMEOUT)
    with pytest.raises(TypeError, match="something"):
        promise.result


def test_spawn_starts_in_the_next_turn_and_keeps_the_context():
    async def main():
        await Tf.Future.delay(0)
        return variable.get()

    variable = contextvars.ContextVar("variable", default="none")
    variable.set("at spawn")
    promise = Tf.spawn(main(), "named")
    variable.set("later")
    assert promise.get_name() == "named"
    assert promise.wait(TIMEOUT)
    assert promise.result == "at spawn"
