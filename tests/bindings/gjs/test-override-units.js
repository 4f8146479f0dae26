// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Durations are milliseconds in every function that takes or gives one, whatever C has. Microseconds would be over
// before the least of the times that are measured here, and seconds would not end in the time of the test.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tf from 'gi://Tf?version=1';

import {test, run, assert, assertEqual} from '../../support/tap.js';

const SHORT = 15;
const LONG = 1e6;
const {CANCEL, LEAVE} = Tf.TimeoutAction;

const StoppedClock = GObject.registerClass({Implements: [Tf.Clock]}, class StoppedClock extends GObject.Object {
    vfunc_get_time() {
        return 5000;
    }
});

function now() {
    return GLib.get_monotonic_time() / 1000;
}

function thrownBy(func) {
    try {
        func();
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

async function errorOf(thing) {
    try {
        await thing;
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

function isTimeout(error) {
    return error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.TIMED_OUT);
}

async function takes(func, least = SHORT) {
    const begin = now();
    await func();
    const duration = now() - begin;
    // The clocks of the two may differ in the last digit.
    assert(duration > least - 1 && duration < LONG / 10, `${duration} ms for ${least}`);
}

async function timesOut(limited, least) {
    await takes(async () => assert(isTimeout(await errorOf(limited())), 'TIMED_OUT'), least);
}

function newSlow() {
    return Tf.Future.delay(LONG);
}

function newRouter() {
    const router = Tf.ThreadRouter.new(null);
    router.start();
    return router;
}

test('delay()', () => takes(() => Tf.Future.delay(SHORT)));

test('a part of a millisecond counts', async () => {
    await Tf.Future.delay(0.2);
    await Tf.Future.delay(0);
});

test('wait()', async () => {
    const slow = newSlow();
    await takes(() => assert(isTimeout(thrownBy(() => slow.wait(SHORT))), 'TIMED_OUT'));
    slow.cancel();
    for (const none of [[], [undefined], [null], [Infinity], [Infinity, null], [1e300]])
        assertEqual(Tf.Future.delay(0).wait(...none), true);

    const cancellable = new Gio.Cancellable();
    cancellable.cancel();
    const error = thrownBy(() => newSlow().wait(Infinity, cancellable));
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
});

test('with_timeout()', async () => {
    const slow = newSlow();
    await timesOut(() => slow.with_timeout(SHORT));
    assertEqual(slow.state, Tf.FutureState.EXECUTING);
    await timesOut(() => slow.with_timeout(SHORT, CANCEL));
    await errorOf(slow);
    assertEqual(slow.state, Tf.FutureState.CANCELLED);
    for (const none of [undefined, null, Infinity])
        await Tf.Future.delay(SHORT).with_timeout(none);
});

test('with_timeout_full()', async () => {
    const slow = newSlow();
    const seen = [];
    await timesOut(() => slow.with_timeout_full(SHORT, CANCEL, future => seen.push(future)));
    assert(seen.length === 1 && seen[0] === slow, 'the future that was late');
    await Tf.Future.delay(0).with_timeout_full(Infinity, LEAVE, () => seen.push('late'));
    assertEqual(seen.length, 1);
});

test('with_deadline() takes a date, or the time of the monotonic clock', async () => {
    const slow = newSlow();
    await timesOut(() => slow.with_deadline(now() + SHORT));
    // The calendar has whole milliseconds.
    await timesOut(() => slow.with_deadline(new Date(Date.now() + SHORT)), SHORT - 1);
    for (const past of [now() - 1, 0, -1, new Date(0), new Date(Date.now() - 1)])
        await timesOut(() => slow.with_deadline(past, LEAVE), 0);
    await timesOut(() => slow.with_deadline(0, CANCEL), 0);
    await errorOf(slow);
    assertEqual(slow.state, Tf.FutureState.CANCELLED);
    for (const none of [undefined, null, Infinity])
        await Tf.Future.delay(0).with_deadline(none);
});

test('with_deadline() refuses what can only be a mistake', async () => {
    for (const bad of [Date.now() + SHORT, NaN, new Date(NaN), '10', 10n, {}, true]) {
        const future = Tf.Future.delay(0);
        const error = thrownBy(() => future.with_deadline(bad));
        assert(error instanceof TypeError && error.message.startsWith('deadline: '), error.message);
        await future;
    }
});

test('retry()', async () => {
    const fail = () => Tf.promise(Promise.reject(new Error('again')));
    // Chance takes half of a delay at most; the second one would be twice as long.
    await takes(() => errorOf(Tf.Future.retry(2, 2 * SHORT, null, fail)));
    await errorOf(Tf.Future.retry(3, 0, Infinity, fail));
    await errorOf(Tf.Future.retry(3, LONG, 0, fail));
});

test('shutdown() of an executor and of a pool', async () => {
    for (const limit of [[], [null], [Infinity], [SHORT]]) {
        assertEqual(Tf.Executor.new().shutdown(...limit), true);
        assertEqual(Tf.WorkerPool.new(1).shutdown(...limit), true);
    }

    const limits = [];
    const Pool = GObject.registerClass(class Pool extends Tf.WorkerPool {
        vfunc_shutdown(timeout) {
            limits.push(timeout);
            return true;
        }
    });
    const pool = new Pool();
    pool.shutdown(1.5);
    pool.shutdown();
    // Functions that C calls get what C gives.
    assertEqual(limits.join(), '1500,-1');
});

test('route_until()', async () => {
    const router = newRouter();
    await takes(() => assert(isTimeout(thrownBy(() => router.route_until(() => false, SHORT))), 'TIMED_OUT'));
    assertEqual(router.route_until(() => true), true);
    assertEqual(router.route_until(() => true, Infinity), true);
    router.stop();
});

test('CancelFlag.wait()', async () => {
    const flag = Tf.CancelFlag.new();
    await takes(() => assertEqual(flag.wait(SHORT), false));
    flag.set();
    assertEqual(flag.wait(), true);
    assertEqual(flag.wait(LONG), true);
});

test('get_elapsed() and get_eta()', async () => {
    const future = Tf.Promise.new('timed');
    assertEqual(future.get_eta(), null);
    const delay = Tf.Future.delay(SHORT);
    await delay;
    assert(delay.get_elapsed() > SHORT - 1 && delay.get_elapsed() < LONG / 10, 'milliseconds');
    assertEqual(delay.get_elapsed(), delay.elapsed / 1000);

    future.set_progress(1, 3, null);
    await Tf.Future.delay(SHORT);
    future.set_progress(2, 3, null);
    await Tf.Future.delay(SHORT);
    assert(future.eta > 0, 'that something is known');
    assertEqual(future.get_eta(), future.eta / 1000);
    future.resolve();
    await future;
});

test('the settings of an executor, whose properties are those of C', () => {
    const executor = new Tf.Executor({dispatch_budget: 2000, progress_interval: 3000});
    assertEqual(executor.get_dispatch_budget(), 2);
    assertEqual(executor.get_progress_interval(), 3);
    executor.set_dispatch_budget(0.5);
    executor.set_progress_interval(10);
    assertEqual(executor.dispatch_budget, 500);
    assertEqual(executor.progress_interval, 10_000);
    executor.set_dispatch_budget(0);
    assertEqual(executor.dispatch_budget, 1);
    executor.shutdown();
});

test('the time of a clock', () => {
    assertEqual(Tf.Clock.prototype.get_time.call(new StoppedClock()), 5);
});

test('what is no number of milliseconds is refused, with the name of the argument', () => {
    const executor = Tf.Executor.new();
    const future = Tf.Promise.new('never');
    const flag = Tf.CancelFlag.new();
    const pool = Tf.WorkerPool.new(1);
    const router = newRouter();
    const retry = (first, longest) => Tf.Future.retry(1, first, longest, () => null);
    const limits = {
        'timeout 1': value => future.wait(value),
        'timeout 2': value => future.with_timeout(value, LEAVE),
        'timeout 3': value => future.with_timeout_full(value, LEAVE, () => {}),
        'timeout 4': value => executor.shutdown(value),
        'timeout 5': value => pool.shutdown(value),
        'timeout 6': value => router.route_until(() => true, value),
        'timeout 7': value => flag.wait(value),
        'maxDelay': value => retry(0, value),
    };
    const durations = {
        'delay': value => Tf.Future.delay(value),
        'firstDelay': value => retry(value, 0),
        'budget': value => executor.set_dispatch_budget(value),
        'interval': value => executor.set_progress_interval(value),
    };
    const bad = [NaN, '10', 10n, -1, -Infinity, true, {}, [10], new Date(), Symbol('s'), Object.create(null)];

    const refuses = (entries, values) => {
        for (const [name, func] of Object.entries(entries)) {
            for (const value of values) {
                const error = thrownBy(() => func(value));
                assert(error instanceof TypeError, `a TypeError for ${name}`);
                assert(error.message.startsWith(`${name.split(' ')[0]}: `), `the name in “${error.message}”`);
            }
        }
    };
    refuses(limits, bad);
    refuses(durations, [...bad, undefined, null, Infinity]);
    assertEqual(executor.state, Tf.ExecutorState.RUNNING);
    executor.shutdown();
    pool.shutdown();
    router.stop();
});

run();
