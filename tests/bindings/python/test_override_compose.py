# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many calls at once, calls that are made again, and sets of whatever can be awaited."""

import asyncio
import gc
import os
import threading
import weakref

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402

TIMEOUT = int(os.environ.get("TF_TEST_TIMEOUT", "150"))  # of one wait, in seconds
COMPLETED, FAILED, CANCELLED = Tf.FutureState.COMPLETED, Tf.FutureState.FAILED, Tf.FutureState.CANCELLED


@pytest.fixture(name="executor")
def fixture_executor():
    with Tf.Executor() as executor:
        yield executor
    while GLib.MainContext.default().iteration(False):
        pass


@pytest.fixture(name="gate")
def fixture_gate():
    gate = threading.Event()
    yield gate
    gate.set()


def done(future):
    assert future.wait(TIMEOUT)
    return future


def run_until(condition):
    while not condition():
        GLib.MainContext.default().iteration(True)


class OwnError(Exception):
    pass


class Thing:
    pass


def fail(error):
    raise error


def is_not_running(error):
    return error.matches(Tf.error_quark(), Tf.Error.NOT_RUNNING)


# map()


def test_map_results_are_in_order(executor):
    first = threading.Event()

    def work(number):
        if number == 0:
            assert first.wait(TIMEOUT)
        if number == 1:
            first.set()
        return number * number, threading.get_ident()

    results = done(executor.map(work, range(100))).result
    assert [square for square, _ in results] == [number * number for number in range(100)]
    assert threading.get_ident() not in {thread for _, thread in results}


def test_map_takes_several_iterables(executor):
    assert done(executor.map(lambda *args: args, [1, 2, 3], "ab", (x for x in (None, ...)))).result == [
        (1, "a", None), (2, "b", ...),
    ]
    assert done(executor.map(pow, [2, 3], [3, 2])).result == [8, 9]


def test_map_of_nothing(executor):
    assert done(executor.map(fail, [])).result == []
    assert done(executor.map(fail, [1], [])).result == []
    assert done(executor.map(fail, iter(()), limit=3)).result == []


@pytest.mark.parametrize("limit", [None, 1, 2, 100])
def test_map_objects_of_any_kind(executor, limit):
    things = [None, True, 2**80, "nul \0", b"b", Thing(), [1], {"a": 1}, len, Thing, Gio.Cancellable()]
    results = done(executor.map(lambda thing: (thing,), things, limit=limit)).result
    assert all(one is result for one, (result,) in zip(things, results))
    plain = done(executor.map(lambda thing: thing, [None, True, 2**80, "nul \0", 1.5], limit=limit)).result
    assert plain == [None, True, 2**80, "nul \0", 1.5]


@pytest.mark.parametrize("limit", [1, 3])
def test_map_has_a_limit(executor, limit):
    lock = threading.Lock()
    running, most = [], []

    def work(number):
        with lock:
            running.append(number)
            most.append(len(running))
        with lock:
            running.remove(number)

    done(executor.map(work, range(50), limit=limit))
    assert len(most) == 50
    assert 1 <= max(most) <= limit
    assert len(executor) == 0


def test_map_limits_that_are_wrong(executor):
    for limit, kind in ((0, ValueError), (-1, ValueError), (2**32, ValueError), (True, TypeError), ("2", TypeError),
                        (1.0, TypeError)):
        with pytest.raises(kind, match="^limit "):
            executor.map(len, ["a"], limit=limit)
    with pytest.raises(TypeError):
        executor.map(len)
    with pytest.raises(TypeError):
        executor.map(len, 5)
    assert len(executor) == 0


def test_map_stops_on_an_error(executor):
    error = OwnError("third")
    called = []

    def work(number):
        called.append(number)
        if number == 3:
            raise error

    future = done(executor.map(work, range(1000), limit=1))
    assert future.get_state() == FAILED
    with pytest.raises(OwnError) as caught:
        future.result
    assert caught.value is error
    assert called == [0, 1, 2, 3]
    assert "in work" in future.exception.traceback


def test_map_cancels_what_runs_on_an_error(executor, gate):
    def work(number):
        if number == 1:
            assert started.wait(TIMEOUT)
            raise OwnError()
        cancellable = Tf.Task.get_current().get_cancellable()
        on_cancelled = lambda cancellable: seen.append(number) or gate.set()  # noqa: E731
        handler = GObject.Object.connect(cancellable, "cancelled", on_cancelled)
        started.set()
        assert gate.wait(TIMEOUT)
        GObject.Object.disconnect(cancellable, handler)

    started = threading.Event()
    seen = []
    with pytest.raises(OwnError):
        done(executor.map(work, range(2))).result
    run_until(lambda: len(executor) == 0)
    assert seen == [0]


def test_map_may_go_on_after_an_error(executor):
    called = []

    def work(number):
        called.append(number)
        if number % 3 == 1:
            raise OwnError(number)

    future = done(executor.map(work, range(9), limit=1, stop_on_error=False))
    assert called == list(range(9))
    with pytest.raises(OwnError) as caught:
        future.result
    assert caught.value.args == (1,)


def test_map_is_cancelled(executor, gate):
    called = []

    def work(number):
        called.append(number)
        begun.release()
        assert gate.wait(TIMEOUT)

    begun = threading.Semaphore(0)
    future = executor.map(work, range(10), limit=2)
    assert begun.acquire(timeout=TIMEOUT) and begun.acquire(timeout=TIMEOUT)
    assert future.cancel()
    gate.set()
    assert done(future).get_state() == CANCELLED
    with pytest.raises(Tf.TaskCancelled):
        future.result
    run_until(lambda: len(executor) == 0)
    assert sorted(called) == [0, 1]


def test_map_names_and_places(executor, gate):
    def work(number):
        assert gate.wait(TIMEOUT)

    future = executor.map(work, range(2))
    names = {(member.get_name(), member.dup_location().rpartition(":")[0]) for member in executor}
    assert names == {(work.__qualname__, __file__)}
    gate.set()
    done(future)


def test_map_frees_arguments_and_results(executor):
    class Counted:
        n_alive = 0

        def __init__(self, *args):
            Counted.n_alive += 1

        def __del__(self):
            Counted.n_alive -= 1

    future = done(executor.map(Counted, (Counted() for _ in range(100)), limit=3))
    assert len(future.result) == 100
    del future
    gc.collect()
    assert Counted.n_alive == 0


def test_map_when_stopped(gate):
    begun = threading.Event()
    stopped = Tf.Executor()
    stopped.stop()
    with pytest.raises(GLib.Error) as caught:
        stopped.map(len, ["a"])
    assert is_not_running(caught.value)
    called = []
    other = Tf.Executor()
    future = other.map(lambda number: called.append(number) or begun.set() or gate.wait(TIMEOUT), range(1000), limit=1)
    assert begun.wait(TIMEOUT)
    assert other.stop()
    gate.set()
    assert other.shutdown(TIMEOUT)
    assert done(future).get_state() == CANCELLED
    assert called == [0]


def test_map_in_another_thread(executor, capfd):
    def call():
        with pytest.raises(GLib.Error) as caught:
            executor.map(len, ["a"])
        errors.append(caught.value)

    errors = []
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    assert errors[0].matches(Tf.error_quark(), Tf.Error.WRONG_THREAD)
    assert "tf_executor_map" in capfd.readouterr().err


def test_map_can_be_awaited(executor):
    async def main():
        with pytest.raises(OwnError):
            await executor.map(fail, [OwnError()])
        total = await executor.map(len, ["ab", "c"]).then(lambda done: sum(done.result))
        return await executor.map(len, ["", "a"], limit=1), total

    assert asyncio.run(main()) == ([0, 1], 3)
    assert done(Tf.spawn(main())).result == ([0, 1], 3)


# Again


class Flaky:
    """Fails some times, each time with an exception of its own."""

    def __init__(self, *errors, result=None):
        self.errors = list(errors)
        self.left = list(errors)
        self.result = result
        self.calls = []
        self.threads = set()

    def __call__(self, *args, **kwargs):
        self.calls.append((args, kwargs))
        self.threads.add(threading.get_ident())
        if self.left:
            raise self.left.pop(0)
        return self.result


def retry_in_background(executor, *args, **kwargs):
    return executor.submit_retry(*args, **kwargs)


def retry_here(executor, *args, **kwargs):
    return Tf.Future.retry(*args, **kwargs)


@pytest.fixture(name="retry", params=[retry_in_background, retry_here], ids=["background", "here"])
def fixture_retry(request, executor):
    return lambda *args, **kwargs: request.param(executor, *args, **{"first_delay": 0, **kwargs})


def test_retry_until_it_works(retry):
    thing = Thing()
    work = Flaky(OwnError(1), KeyError(2), result=thing)
    assert done(retry(work, 1, key="word")).result is thing
    assert work.calls == [((1,), {"key": "word"})] * 3


@pytest.mark.parametrize("result", [None, 0, False, "", [1], 2**80, Thing])
def test_retry_has_any_result(retry, result):
    work = Flaky(result=result)
    future = done(retry(work))
    assert future.get_state() == COMPLETED
    assert future.result == result
    assert len(work.calls) == 1


def test_retry_threads(executor):
    work = Flaky(OwnError())
    done(executor.submit_retry(work, first_delay=0))
    assert threading.get_ident() not in work.threads
    work = Flaky(OwnError())
    done(Tf.Future.retry(work, first_delay=0))
    assert work.threads == {threading.get_ident()}


def test_retry_fails_as_the_last_attempt(retry):
    errors = [OwnError(number) for number in range(5)]
    work = Flaky(*errors)
    future = done(retry(work, max_attempts=3))
    for _ in range(2):
        with pytest.raises(OwnError) as caught:
            future.result
        assert caught.value is errors[2]
    assert future.exception.type == f"{__name__}.OwnError"
    assert "in __call__" in future.exception.traceback
    assert len(work.calls) == 3


def test_retry_without_a_limit(retry):
    work = Flaky(*[OwnError() for _ in range(20)], result=5)
    assert done(retry(work, max_attempts=None, max_delay=0)).result == 5
    assert len(work.calls) == 21


def test_retry_asks_whether_to_go_on(retry):
    asked = []

    def should_retry(exception):
        asked.append((exception, threading.get_ident()))
        return not isinstance(exception, KeyError)

    errors = [OwnError(1), KeyError(2), OwnError(3)]
    work = Flaky(*errors)
    # It does not take the delay that comes after the second attempt.
    future = done(retry(work, max_attempts=None, should_retry=should_retry))
    with pytest.raises(KeyError) as caught:
        future.result
    assert caught.value is errors[1]
    assert asked == [(errors[0], threading.get_ident()), (errors[1], threading.get_ident())]
    assert len(work.calls) == 2


def test_retry_gives_up_without_a_delay(retry):
    with pytest.raises(OwnError):
        done(retry(Flaky(OwnError()), first_delay=10_000, should_retry=lambda exception: False)).result


def test_retry_fails_as_the_function_that_is_asked(retry):
    error = ValueError("in the question")
    future = done(retry(Flaky(OwnError()), first_delay=10_000, should_retry=lambda exception: fail(error)))
    with pytest.raises(ValueError) as caught:
        future.result
    assert caught.value is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)], ids=repr)
def test_retry_does_not_hold_up_the_end(retry, error):
    work = Flaky(error)
    with pytest.raises(type(error)) as caught:
        done(retry(work, first_delay=10_000, should_retry=lambda exception: True)).result
    assert caught.value is error
    assert len(work.calls) == 1


def test_retry_sees_errors_of_c(retry):
    error = GLib.Error.new_literal(Gio.io_error_quark(), "busy", Gio.IOErrorEnum.BUSY)
    codes = []
    work = Flaky(error, result=1)
    assert done(retry(work, should_retry=lambda error: codes.append(error.code) or True)).result == 1
    assert codes == [Gio.IOErrorEnum.BUSY]
    with pytest.raises(GLib.Error) as caught:
        done(retry(Flaky(error), max_attempts=1)).result
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.BUSY)


def test_retry_is_cancelled_between_attempts(retry):
    asked = []
    future = retry(
        Flaky(OwnError(), OwnError()), first_delay=10_000, should_retry=lambda error: asked.append(1) or True)
    run_until(lambda: asked)
    assert future.cancel()
    assert done(future).get_state() == CANCELLED


def test_retry_is_cancelled_in_an_attempt(executor, gate):
    started = threading.Event()
    future = executor.submit_retry(lambda: started.set() or gate.wait(TIMEOUT))
    run_until(lambda: len(executor) == 1)
    assert started.wait(TIMEOUT)
    assert future.cancel()
    gate.set()
    assert done(future).get_state() == CANCELLED


def test_retry_of_an_attempt_that_is_cancelled():
    promise = Tf.Promise()
    future = Tf.Future.retry(lambda: promise)
    promise.cancel()
    assert done(future).get_state() == CANCELLED


def test_retry_of_futures_and_coroutines(executor):
    work = Flaky(OwnError(), result=7)
    assert done(Tf.Future.retry(lambda: executor.submit_call(work), first_delay=0)).result == 7

    async def attempt(step):
        return await executor.submit_call(again, step) + 1

    again = Flaky(OwnError(), OwnError(), result=7)
    assert done(Tf.Future.retry(attempt, 5, first_delay=0)).result == 8
    assert again.calls == [((5,), {})] * 3


@pytest.mark.parametrize("make", [Tf.all, Tf.any, Tf.race])
def test_retry_of_an_empty_set(make):
    future = done(Tf.Future.retry(make, max_attempts=1))
    if make is Tf.all:
        assert future.result is None
    else:
        with pytest.raises(GLib.Error) as caught:
            future.result
        assert caught.value.matches(Tf.error_quark(), Tf.Error.EMPTY)


def test_retry_of_what_needs_it():
    future = Tf.Future.retry(lambda: future.then(len), max_attempts=1)
    with pytest.raises(GLib.Error) as caught:
        done(future).result
    assert caught.value.matches(Tf.error_quark(), Tf.Error.DEADLOCK)


def test_retry_ends_with_its_executor():
    executor = Tf.Executor()
    asked = []
    future = executor.submit_retry(
        Flaky(OwnError()), first_delay=10_000, should_retry=lambda error: asked.append(1) or True)
    run_until(lambda: asked)
    assert executor.shutdown(TIMEOUT)
    assert done(future).get_state() == CANCELLED
    with pytest.raises(GLib.Error) as caught:
        executor.submit_retry(len, "")
    assert is_not_running(caught.value)


def test_retry_does_not_hold_its_executor():
    executor = Tf.Executor()
    asked = []
    future = executor.submit_retry(
        Flaky(OwnError()), first_delay=0.001, should_retry=lambda error: asked.append(1) or True)
    run_until(lambda: asked)
    reference = weakref.ref(executor)
    del executor
    gc.collect()
    assert reference() is None
    assert done(future).get_state() == CANCELLED


def test_retry_leaves_nothing(executor):
    work = Flaky(OwnError(), result=Thing())
    future = executor.submit_retry(work, first_delay=0)
    references = [weakref.ref(work), weakref.ref(done(future).result)]
    del work, future
    gc.collect()
    assert [reference() for reference in references] == [None, None]


@pytest.mark.parametrize("name, value, kind", [
    ("max_attempts", 0, ValueError), ("max_attempts", -1, ValueError), ("max_attempts", 1.5, TypeError),
    ("max_attempts", True, TypeError), ("max_attempts", "3", TypeError), ("max_attempts", 2**32, ValueError),
    ("first_delay", None, TypeError), ("first_delay", -1, ValueError), ("first_delay", float("nan"), ValueError),
    ("first_delay", float("inf"), ValueError), ("first_delay", "1", TypeError), ("first_delay", True, TypeError),
    ("max_delay", -0.1, ValueError), ("max_delay", float("nan"), ValueError), ("max_delay", True, TypeError),
    ("should_retry", 5, TypeError),
])
def test_retry_arguments_that_are_wrong(retry, name, value, kind):
    work = Flaky()
    with pytest.raises(kind, match=f"^{name} "):
        retry(work, **{name: value})
    while GLib.MainContext.default().iteration(False):
        pass
    assert not work.calls


@pytest.mark.parametrize("max_delay, microseconds", [(None, -1), (float("inf"), -1), (0.5, 500_000), (0, 0)])
def test_retry_delays_are_seconds(monkeypatch, executor, max_delay, microseconds):
    seen = []
    original = Tf.Future.__mro__[1].retry
    monkeypatch.setattr(Tf.Future.__mro__[1], "retry", lambda *args: seen.append(args[:3]) or original(*args))
    done(executor.submit_retry(len, "", max_attempts=5, first_delay=0.25, max_delay=max_delay))
    done(Tf.Future.retry(len, ""))
    assert seen == [(5, 250_000, microseconds), (3, 100_000, -1)]


def test_retry_can_be_awaited(executor):
    async def main():
        with pytest.raises(OwnError):
            await executor.submit_retry(fail, OwnError(), first_delay=0)
        return await executor.submit_retry(Flaky(OwnError(), result=3), first_delay=0)

    assert asyncio.run(main()) == 3
    assert done(Tf.spawn(main())).result == 3


# Sets of anything


def test_sets_flatten(executor):
    """ANY-14."""
    futures = [executor.submit_call(len, "a" * i) for i in range(6)]
    every = Tf.all(futures[0], [futures[1], (futures[2], [futures[3]])], (one for one in futures[4:]))
    assert list(every) == futures
    assert done(every).results == list(range(6))
    never = Tf.Promise()
    assert done(Tf.any(never, [(never,), {futures[5]}])).result == 5
    first = done(Tf.race([never], futures[4]))
    assert (first.result, first.get_winner()) == (4, 1)
    store = Gio.ListStore.new(Tf.Future)
    store.append(futures[1])
    assert done(Tf.all(store, executor)).results == [1]
    assert done(Tf.all()).results == done(Tf.all([], ())).results == []


class Awaited(GObject.Object, Tf.Awaitable):
    __gtype_name__ = "OverrideComposeAwaited"

    def do_to_future(self):
        return Tf.Future.new_for_int64(5)


class Own:
    def __await__(self):
        return (yield from Tf.Future.new_for_int64(6).__await__())


def test_sets_convert(executor):
    """ANY-15."""

    async def coroutine():
        return await executor.submit_call(len, "abc")

    cancellable = Gio.Cancellable()
    every = Tf.all([coroutine(), Awaited()], Own(), cancellable, executor.submit_call(len, "a"))
    cancellable.cancel()
    assert done(every).results == [3, 5, 6, None, 1]


def test_sets_convert_under_asyncio(executor):
    """ANY-15: what belongs to asyncio as well."""

    async def other():
        return "of a task"

    async def main():
        waiter = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(other())
        every = Tf.all(waiter, task, executor.submit_call(len, "a"), Own())
        waiter.set_result("set")
        await every
        never = asyncio.get_running_loop().create_future()
        assert await Tf.race(never, executor.submit_call(len, "ab"), cancel_rest=True) == 2
        await asyncio.wait([never], timeout=TIMEOUT)
        assert never.cancelled()
        return every.results

    assert asyncio.run(main()) == ["set", "of a task", 1, 6]


@pytest.mark.parametrize("thing", [
    5, None, "text", b"bytes", [[1]], Gio.ListStore, {"a": 1}, Gio.SimpleAction.new("a", None),
], ids=lambda thing: type(thing).__name__)
def test_sets_refuse_the_rest(thing):
    """ANY-15, PRO-03: the error names the class, and nothing was begun."""

    async def coroutine():
        called.append(1)

    called = []
    begun = coroutine()
    for make in (Tf.all, Tf.any, Tf.race):
        with pytest.raises(TypeError) as caught:
            make(begun, [thing])
    begun.close()
    assert str(caught.value)
    while GLib.MainContext.default().iteration(False):
        pass
    assert not called


# Sets that skip some of their members


def test_any_with_a_filter(executor):
    """ANY-11."""

    def is_small(future, index):
        seen.append((future, index, future.result, threading.get_ident()))
        return future.result < 5

    seen = []
    futures = [Tf.Promise() for _ in range(5)]
    first = Tf.any(futures[:2], *futures[2:], skip=is_small, cancel_rest=True)
    futures[3].resolve(1)
    futures[0].reject(OwnError())
    futures[2].resolve(5)
    assert done(first).result == 5
    assert first.get_winner() == 2
    here = threading.get_ident()
    assert seen == [(futures[3], 3, 1, here), (futures[2], 2, 5, here)]
    assert [done(futures[i]).get_state() for i in (1, 4)] == [CANCELLED, CANCELLED]


def test_any_when_all_are_skipped(executor):
    """ANY-12."""
    futures = [executor.submit_call(len, "a" * i) for i in range(3)]
    for future in futures:
        done(future)
    first = done(Tf.any(futures, executor.submit_call(fail, OwnError()), skip=lambda future, index: index < 3))
    assert (first.result, first.get_winner()) == (2, 2)


def test_race_with_a_filter():
    """ANY-11: also those that fail or are cancelled."""

    def skips(future, index):
        seen.append((index, future.get_state()))
        return index != 3

    seen = []
    futures = [Tf.Promise() for _ in range(4)]
    race = Tf.race(futures, skip=skips)
    futures[0].resolve()
    futures[1].reject(OwnError())
    futures[2].cancel()
    done(futures[2])
    error = OwnError()
    futures[3].reject(error)
    with pytest.raises(OwnError) as caught:
        done(race).result
    assert caught.value is error
    assert race.get_winner() == 3
    assert seen == [(0, COMPLETED), (1, FAILED), (2, CANCELLED), (3, FAILED)]


def test_race_when_all_are_skipped():
    """ANY-12."""
    futures = [Tf.Promise() for _ in range(2)]
    race = Tf.race(futures, skip=lambda future, index: True)
    futures[1].resolve(1)
    futures[0].cancel()
    assert done(race).get_state() == CANCELLED
    assert race.get_winner() == 0


@pytest.mark.parametrize("make", [Tf.any, Tf.race])
@pytest.mark.parametrize("verdict, winner", [
    (True, 1), (2, 1), ([0], 1), (False, 0), (None, 0), (0, 0), ("", 0),
], ids=repr)
def test_filters_return_anything(make, verdict, winner):
    futures = [Tf.Future.new_for_value(value) for value in "ab"]
    first = done(make(futures, skip=lambda future, index: index == 0 and verdict))
    assert (first.result, first.get_winner()) == ("ab"[winner], winner)


@pytest.mark.parametrize("make", [Tf.any, Tf.race])
def test_exception_in_a_filter_is_printed(make, capfd):
    """It does not skip."""
    futures = [Tf.Future.new_for_value(value) for value in range(3)]
    first = done(make(futures, skip=lambda future, index: index == 0 or fail(OwnError("in the filter"))))
    assert (first.result, first.get_winner()) == (1, 1)
    assert "OwnError: in the filter" in capfd.readouterr().err


@pytest.mark.parametrize("make", [Tf.any, Tf.race])
def test_filters_may_wait(make, executor):
    """A nested loop, in which others end, and nobody holds the set."""

    def skips(future, index):
        if index == 0:
            done(executor.submit_call(len, ""))
            futures[1].resolve(1)
            done(futures[1])
            gc.collect()
        seen.append((index, future.result))
        return index == 1

    seen = []
    results = []
    futures = [Tf.Promise(), Tf.Promise()]
    make(futures, skip=skips).then(lambda first: results.append(first.result))
    futures[0].resolve(0)
    run_until(lambda: results)
    assert results == [0]
    assert sorted(seen) == [(0, 0), (1, 1)]


@pytest.mark.parametrize("make", [Tf.any, Tf.race])
def test_filters_can_be_awaited(make, executor):
    async def member(value):
        return await executor.submit_call(len, value)

    async def main():
        return await make(member("a"), [member("bc")], skip=lambda future, index: future.result == 1)

    assert asyncio.run(main()) == 2
    assert done(Tf.spawn(main())).result == 2


@pytest.mark.parametrize("make", [Tf.any, Tf.race])
def test_filters_are_freed(make):
    class Filter:
        def __call__(self, future, index):
            return False

    skips = Filter()
    promise, other = Tf.Promise(), Tf.Promise()
    first = make(promise, other, skip=skips)
    reference = weakref.ref(skips)
    del skips
    gc.collect()
    assert reference() is not None
    promise.resolve(5)
    assert done(first).result == 5
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("make", [Tf.any, Tf.race])
def test_filters_that_are_none(make):
    async def coroutine():
        called.append(1)

    called = []
    begun = coroutine()
    with pytest.raises(TypeError, match="^skip "):
        make(begun, skip=5)
    begun.close()
    while GLib.MainContext.default().iteration(False):
        pass
    assert not called
    assert done(make(Tf.Future.new_for_value(1), skip=None)).result == 1


# Promises


@pytest.mark.parametrize("value", [None, 2**40, 2**100, {"a": 1}, "text", b"bytes", Thing()])
def test_promise_takes_any_object(value):
    seen = []
    promise = Tf.Promise()
    promise.connect("item", lambda promise, value: seen.append(value))
    promise.connect("progress", lambda promise, value: seen.append(value))
    assert promise.yield_item(value)
    assert promise.report(value)
    assert promise.resolve(value)
    assert done(promise).result == value
    assert seen == [value, value]
    assert Tf.Future.new_for_value(value).result == value


def test_promise_that_was_spawned_tells_its_place():
    async def coroutine():
        return 1

    promise = Tf.spawn(coroutine())
    assert promise.dup_location().startswith(__file__)
    assert done(promise).result == 1
    derived = []
    future = Tf.Future.new_for_value(1).then(lambda done: derived.append(Tf.spawn(coroutine())) or derived[0])
    assert done(future).result == 1
    assert derived[0].dup_location().startswith(__file__)


def test_reject_with_the_exception_that_is_handled():
    """IP-09."""
    error = OwnError("handled")
    promise = Tf.Promise()
    try:
        fail(error)
    except OwnError:
        assert promise.reject()
    with pytest.raises(OwnError) as caught:
        done(promise).result
    assert caught.value is error
    assert "in fail" in promise.exception.traceback
    with pytest.raises(TypeError):
        Tf.Promise().reject()


def test_execute():
    """IP-29: at once, in this thread."""
    thing = Thing()
    promise = Tf.Promise()
    assert promise.execute(lambda *args, **kwargs: (thing, args, kwargs, threading.get_ident()), 1, key=2)
    assert not promise.execute(lambda: "too late")
    assert done(promise).result == (thing, (1,), {"key": 2}, threading.get_ident())
    error = OwnError()
    promise = Tf.Promise()
    assert promise.execute(fail, error)
    with pytest.raises(OwnError) as caught:
        done(promise).result
    assert caught.value is error


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_execute_lets_the_program_end(error):
    """IP-30: the promise fails, and the caller hears of it."""
    promise = Tf.Promise()
    with pytest.raises(type(error)) as raised:
        promise.execute(fail, error)
    assert raised.value is error
    with pytest.raises(type(error)) as caught:
        done(promise).result
    assert caught.value is error
