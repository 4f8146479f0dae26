// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the override adds, beside waiting: values and failures of JavaScript, composition, what is refused.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tf from 'gi://Tf?version=1';

import {test, run, assert, assertEqual} from '../../support/tap.js';

async function errorOf(thing) {
    try {
        await thing;
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

function thrownBy(func) {
    try {
        func();
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

function newModel() {
    const store = Gio.ListStore.new(Gio.Cancellable.$gtype);
    store.append(new Gio.Cancellable());
    return store;
}

// What cannot be looked at.
class Evil {
    constructor(name) {
        Object.defineProperty(this, name, {get() {
            throw new RangeError(name);
        }});
    }
}

function promise(name = 'promise') {
    return Tf.Promise.new(name);
}

for (const [name, value] of Object.entries({
    'true': true,
    'false': false,
    'zero': 0,
    'minus zero': -0,
    'a large integer': 2 ** 40,
    'the largest exact integer': Number.MAX_SAFE_INTEGER,
    'the smallest exact integer': Number.MIN_SAFE_INTEGER,
    'an integer beyond': 2 ** 60,
    'a fraction': 0.1,
    'NaN': NaN,
    'infinity': -Infinity,
    'a string': 'grün 🌳',
    'an empty string': '',
    'a string with a zero in it': 'a\0b',
    'half of a surrogate pair': 'a\ud800b',
    'undefined': undefined,
    'null': null,
    'an object': {a: 1},
    'an array': [1, [2]],
    'a map': new Map([[1, 2]]),
    'a function': () => 1,
    'a symbol': Symbol('s'),
    'a big integer': 2n ** 70n,
    'an error': new RangeError('not thrown'),
    'a GObject': new Gio.Cancellable(),
    'an object with a function called then': {then: 1},
})) {
    test(`a promise resolves with ${name}`, async () => {
        const future = promise();
        assertEqual(future.value, null);
        assertEqual(future.resolve(value), true);
        assertEqual(future.resolve(1), false);
        assert(Object.is(await future, value), 'the same value from await');
        assert(Object.is(await future, value), 'and once more');
        assert(Object.is(future.dup_value(), value ?? null), 'the same value from dup_value()');
        assert(Object.is(future.value, value ?? null), 'and from the property');
    });
}

test('C sees the types that it knows', async () => {
    const future = promise();
    future.resolve(42);
    await future;
    assertEqual(future.get_int64(), 42);
    assertEqual(future.get_double(), 42);

    const text = promise();
    text.resolve('x');
    await text;
    assertEqual(text.dup_string(), 'x');

    const none = promise();
    none.resolve();
    await none;
    assertEqual(none.dup_value(), null);
});

test('a variant and a boxed value come as such', async () => {
    const variant = promise();
    variant.resolve(new GLib.Variant('(si)', ['a', 1]));
    assertEqual((await variant).print(true), "('a', 1)");
    assertEqual(variant.dup_variant().get_type_string(), '(si)');

    const bytes = promise();
    bytes.resolve(new GLib.Bytes([1, 2, 3]));
    assertEqual((await bytes).get_size(), 3);
});

test('what is thrown comes back as it is, and has a text for C', async () => {
    const error = new TypeError('bad');
    const future = promise('name');
    assertEqual(future.reject(error), true);
    assertEqual(future.reject(error), false);
    assert(await errorOf(future) === error, 'the same error');
    assert(await errorOf(future) === error, 'and once more');
    assert(future.error.matches(Tf.Error, Tf.Error.EXCEPTION), 'EXCEPTION');
    assertEqual(future.get_failure_type(), 'TypeError');
    assertEqual(future.get_failure_text(), 'bad');
    assert(future.get_failure_traceback().includes('test-override.js'), 'the stack');
    assert(thrownBy(() => future.get_int64()).matches(Tf.Error, Tf.Error.EXCEPTION), 'EXCEPTION');
});

test('a GLib.Error stays one', async () => {
    const future = promise();
    future.reject(new Gio.IOErrorEnum({code: Gio.IOErrorEnum.NOT_FOUND, message: 'gone'}));
    const error = await errorOf(future);
    assert(error instanceof GLib.Error, 'a GLib.Error');
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND), 'NOT_FOUND');
    assertEqual(error.message, 'gone');
    assertEqual(future.get_failure_type(), null);
});

test('anything can be thrown', async () => {
    for (const thing of ['text', 7, null, undefined, {a: 1}, Object.create(null), Symbol('s')]) {
        const future = promise();
        future.reject(thing);
        assert(await errorOf(future) === thing, 'the same thing');
        assert(future.error.matches(Tf.Error, Tf.Error.EXCEPTION), 'EXCEPTION');
    }
});

test('a promise that is resolved with another one follows it', async () => {
    const first = promise();
    const second = promise();
    assertEqual(first.resolve(second), true);
    assertEqual(first.resolve(1), false);
    second.resolve('late');
    assertEqual(await first, 'late');

    const third = promise();
    third.resolve(Promise.reject(new RangeError('native')));
    assertEqual((await errorOf(third)).message, 'native');
});

test('execute() ends as the function does', async () => {
    const good = promise();
    assertEqual(good.execute(() => [1]), true);
    assertEqual((await good)[0], 1);

    const bad = promise();
    assertEqual(bad.execute(() => {
        throw new RangeError('bad');
    }), true);
    assert(await errorOf(bad) instanceof RangeError, 'the error');

    const evil = promise();
    assertEqual(evil.execute(() => new Evil('then')), true);
    assertEqual((await errorOf(evil)).message, 'then');
});

test('Tf.promise() makes a future of a promise, and of a value', async () => {
    const future = Tf.promise(new Promise(resolve => GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
        resolve({a: 1});
        return GLib.SOURCE_REMOVE;
    })), 'native');
    assert(future instanceof Tf.Future, 'a future');
    assertEqual(future.name, 'native');
    assertEqual(future.state, Tf.FutureState.EXECUTING);
    assertEqual((await future).a, 1);
    assertEqual(future.state, Tf.FutureState.COMPLETED);

    assertEqual(await Tf.promise(3), 3);
    assert(Tf.promise(future) === future, 'a future is one already');
    assert(await errorOf(Tf.promise(Promise.reject(new RangeError('bad')))) instanceof RangeError, 'the error');
});

test('Tf.spawn() runs an async function', async () => {
    const seen = [];
    const future = Tf.spawn(async function work(self) {
        assert(self.set_progress(1, 4, 'first'), 'progress');
        seen.push('begun');
        await Tf.Future.delay(0);
        assert(self.report({deep: [1]}), 'report');
        return 'result';
    });
    future.connect('progress', (_future, value) => seen.push(Tf.unbox(value).deep[0]));
    assertEqual(seen[0], 'begun');
    assertEqual(future.name, 'work');
    assertEqual(await future, 'result');
    assertEqual(future.fraction, 1);
    assertEqual(future.status, 'first');
    assertEqual(JSON.stringify(seen), '["begun",1]');

    const things = [];
    const giver = Tf.spawn(async self => {
        await null;
        for (const thing of [1, 'two', {deep: 3}, [4], null])
            assert(self.yield_item(thing), 'an item');
    });
    for await (const item of giver)
        things.push(item);
    assertEqual(JSON.stringify(things), '[1,"two",{"deep":3},[4],null]');

    assertEqual(await Tf.spawn(() => 5), 5);
    assertEqual(Tf.spawn(() => 5, 'other name').name, 'other name');
    assert(await errorOf(Tf.spawn(() => {
        throw new RangeError('at once');
    })) instanceof RangeError, 'the error');
    assert(await errorOf(Tf.spawn(async () => {
        await null;
        throw new RangeError('later');
    })) instanceof RangeError, 'the error');
});

test('values and errors that cannot be looked at end a spawned function too', async () => {
    for (const [name, body] of [
        ['constructor', () => new Evil('constructor')],
        ['constructor', async () => new Evil('constructor')],
        ['then', () => new Evil('then')],
        ['then', async () => new Evil('then')],
    ])
        assertEqual((await errorOf(Tf.spawn(body).with_timeout(30_000))).message, name);

    for (const name of ['name', 'message', 'stack']) {
        const error = new Error('text');
        Object.defineProperty(error, name, {value: Object.create(null)});
        const future = Tf.spawn(async () => {
            throw error;
        });
        assert(await errorOf(future.with_timeout(30_000)) === error, name);
        assert(future.get_failure_type().length > 0, 'a type');
    }
});

test('a function that is spawned and returns a future passes a cancel on', async () => {
    const inner = promise();
    const future = Tf.spawn(() => inner);
    assertEqual(future.cancel(), true);
    assert((await errorOf(future)).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
    assertEqual(inner.state, Tf.FutureState.CANCELLED);
    assertEqual(await Tf.spawn(() => Tf.promise('value')), 'value');
    assert((await errorOf(Tf.spawn(self => self))).matches(Tf.Error, Tf.Error.DEADLOCK), 'DEADLOCK');
});

test('a spawned function is cancelled by its cancellable', async () => {
    Gio._promisify(Gio.Subprocess.prototype, 'wait_async', 'wait_finish');
    const process = Gio.Subprocess.new(['sleep', '1000'], Gio.SubprocessFlags.NONE);
    const future = Tf.spawn(self => process.wait_async(self.get_gcancellable()));
    assertEqual(future.cancel(), true);
    assertEqual(future.cancel(), false);
    assertEqual(future.state, Tf.FutureState.CANCELLING);
    assert((await errorOf(future)).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
    assertEqual(future.state, Tf.FutureState.CANCELLED);
    process.force_exit();
    await process.wait_async(null);
});

test('abort asks the handlers', async () => {
    const future = promise();
    assertEqual(future.abort_policy, Tf.AbortPolicy.ASK);
    assert(thrownBy(() => future.abort('no')).matches(Tf.Error, Tf.Error.NOT_CANCELLABLE), 'NOT_CANCELLABLE');
    future.connect('abort-requested', (_promise, reason) => reason.message === 'yes');
    future.abort_policy = Tf.AbortPolicy.REFUSE;
    assert(thrownBy(() => future.abort('yes')).matches(Tf.Error, Tf.Error.NOT_CANCELLABLE), 'NOT_CANCELLABLE');
    future.abort_policy = Tf.AbortPolicy.ALLOW;
    assert(thrownBy(() => future.abort('no')).matches(Tf.Error, Tf.Error.NOT_CANCELLABLE), 'NOT_CANCELLABLE');
    assertEqual(future.abort('yes'), true);
    assertEqual((await errorOf(future)).message, 'yes');
});

test('chain, recover and ensure are what C calls then, catch and finally', async () => {
    const first = promise();
    const second = first.chain(done => done.dup_value() + 1);
    assert(second instanceof Tf.Future, 'a future');
    first.resolve(1);
    assertEqual(await second, 2);
    assertEqual(await second.chain(async done => (await done) * 2), 4);
    assertEqual(await second.chain(() => Tf.Future.new_for_int64(9)), 9);
    assertEqual(await second.chain(() => undefined), undefined);

    const bad = second.chain(() => {
        throw new RangeError('bad');
    });
    assert(await errorOf(bad) instanceof RangeError, 'what the function threw');
    assertEqual(await bad.recover(done => done.get_failure_type()), 'RangeError');
    const seen = [];
    assert(await errorOf(bad.ensure(done => seen.push(done.state) && null)) instanceof RangeError, 'the error');
    assertEqual(seen[0], Tf.FutureState.FAILED);
});

test('cancelling what was derived cancels what it needs', async () => {
    const first = promise();
    const second = first.chain(() => null);
    assertEqual(second.cancel(), true);
    await errorOf(Promise.race([second, Tf.Future.delay(0).ensure(() => null).then(() => first.resolve())])
        .then(() => second));
    assertEqual(first.state, Tf.FutureState.CANCELLED);
    assertEqual(second.state, Tf.FutureState.CANCELLED);
});

test('sets take futures and promises, and can be iterated', async () => {
    const set = Tf.Future.all([Tf.Future.new_for_int64(1), Promise.resolve(2), Tf.Future.delay(0)]);
    await set;
    assertEqual(set.get_n_items(), 3);
    assertEqual(JSON.stringify([...set].map(future => future.value)), '[1,2,null]');

    assertEqual(await Tf.Future.any([Promise.reject(new Error('no')), Promise.resolve('yes')]), 'yes');
    assertEqual(await Tf.Future.any_skipping([Promise.resolve(1), Promise.resolve(2)], Tf.FutureSetFlags.NONE,
        future => future.value === 1), 2);

    const slow = promise();
    const race = Tf.Future.race([slow, Promise.reject(new RangeError('first'))], Tf.FutureSetFlags.CANCEL_REST);
    assert(await errorOf(race) instanceof RangeError, 'the first');
    assertEqual(race.get_winner(), 1);
    slow.resolve();
    await errorOf(slow);
    assertEqual(slow.state, Tf.FutureState.CANCELLED);
    assert((await errorOf(Tf.Future.any([]))).matches(Tf.Error, Tf.Error.EMPTY), 'EMPTY');
});

test('sets may skip some of their members', async () => {
    const {NONE, CANCEL_REST} = Tf.FutureSetFlags;
    const {COMPLETED, FAILED, CANCELLED} = Tf.FutureState;
    const seen = [];
    const futures = [0, 1, 2, 3].map(() => promise());
    const any = Tf.Future.any([futures[0], Promise.reject(new Error('not asked about')), futures[1], futures[2]],
        CANCEL_REST, (future, index) => seen.push([future, index]) && future.value < 5);
    futures[1].resolve(1);
    futures[0].resolve(5);
    assertEqual(await any, 5);
    assertEqual(any.get_winner(), 0);
    assertEqual(seen.map(([, index]) => index).join(), '2,0');
    assert(seen[0][0] === futures[1] && seen[1][0] === futures[0], 'the futures themselves');
    await errorOf(futures[2]);
    assertEqual(futures[2].state, CANCELLED);

    const ends = [promise(), promise(), promise(), promise()];
    const states = [];
    const race = Tf.Future.race(ends, NONE, (future, index) => states.push(future.state) && index !== 3);
    ends[0].resolve();
    ends[1].reject(new Error('skipped'));
    ends[2].cancel();
    await errorOf(ends[2]);
    ends[3].reject(new RangeError('taken'));
    assert(await errorOf(race) instanceof RangeError, 'the one that was taken');
    assertEqual(race.get_winner(), 3);
    assertEqual(states.join(), [COMPLETED, FAILED, CANCELLED, FAILED].join());
});

test('when all were skipped, sets end as the last', async () => {
    for (const make of [Tf.Future.any, Tf.Future.race, Tf.Future.any_skipping, Tf.Future.race_skipping]) {
        const set = make([Promise.resolve(1), Promise.resolve(2)], Tf.FutureSetFlags.NONE, () => true);
        assertEqual(await set, 2);
        assertEqual(set.get_winner(), 1);
    }
    const failed = Tf.Future.race([Promise.resolve(1), Promise.reject(new RangeError('last'))], undefined, () => 'yes');
    assert(await errorOf(failed) instanceof RangeError, 'the last');
});

test('a filter that throws does not skip, and one that is no function is refused', async () => {
    for (const make of [Tf.Future.any, Tf.Future.race]) {
        const set = make([Promise.resolve(1), Promise.resolve(2), Promise.resolve(3)], undefined, future => {
            if (future.value === 1)
                return 'skip';
            throw new Error('as expected of a filter');
        });
        assertEqual(await set, 2);
        assertEqual(await make([Promise.resolve(1), Promise.resolve(2)], undefined, () => undefined), 1);
        assertEqual(await make([Promise.resolve(1)], undefined, null), 1);
        assert(thrownBy(() => make([], Tf.FutureSetFlags.NONE, 5)) instanceof TypeError, 'a TypeError');
    }
    assert(thrownBy(() => Tf.Future.any_skipping([], Tf.FutureSetFlags.NONE)) instanceof TypeError, 'a TypeError');
});

test('timeouts, retries and shields', async () => {
    const slow = promise();
    const limited = slow.with_timeout(1, Tf.TimeoutAction.CANCEL);
    assert((await errorOf(limited)).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.TIMED_OUT), 'TIMED_OUT');
    slow.resolve();
    await errorOf(slow);
    assertEqual(slow.state, Tf.FutureState.CANCELLED);

    const seen = [];
    assertEqual(await Tf.Future.retry(3, 0, 0, attempt => {
        seen.push(attempt);
        return Tf.promise(attempt < 3 ? Promise.reject(new Error('again')) : Promise.resolve('third'));
    }), 'third');
    assertEqual(JSON.stringify(seen), '[1,2,3]');
    assertEqual(slow.shield().cancel(), false);
});

test('attempts that throw, are promises, or have their result at once', async () => {
    const attempts = [
        () => {
            throw new RangeError('thrown');
        },
        async () => {
            throw new RangeError('rejected');
        },
        () => 'at once',
    ];
    const seen = [];
    const next = (attempt, last) => {
        seen.push(last === null ? null : last.error.message);
        return attempts[attempt - 1]();
    };

    assertEqual(await Tf.Future.retry(0, 0, 0, next), 'at once');
    assertEqual(JSON.stringify(seen), JSON.stringify([null, 'RangeError: thrown', 'RangeError: rejected']));

    const error = await errorOf(Tf.Future.retry(2, 0, 0, next));
    assert(error instanceof RangeError && error.message === 'rejected', 'the last failure');

    const givenUp = await errorOf(Tf.Future.retry(2, 0, 0, () => null));
    assert(givenUp.matches(Tf.Error, Tf.Error.EMPTY), 'EMPTY');
});

test('sources', async () => {
    const action = Gio.SimpleAction.new('action', null);
    const activated = Tf.Future.from_signal(action, 'activate');
    action.activate(null);
    await activated;

    const store = new Gio.ListStore({item_type: Gio.SimpleAction.$gtype});
    const changed = Tf.Future.from_signal(store, 'items-changed');
    store.append(action);
    assertEqual(JSON.stringify(await changed), '[0,0,1]');
    assertEqual(JSON.stringify(changed.dup_value()), '[0,0,1]');

    const cancellable = new Gio.Cancellable();
    thrownBy(() => Tf.Future.from_cancellable(null));
    const cancelled = Tf.Future.from_cancellable(cancellable);
    cancellable.cancel();
    await cancelled;

    const process = Gio.Subprocess.new(['cat'], Gio.SubprocessFlags.STDIN_PIPE | Gio.SubprocessFlags.STDOUT_PIPE);
    const output = await Tf.Future.from_subprocess_output(process, new GLib.Bytes(new TextEncoder().encode('in')));
    assertEqual(new TextDecoder().decode(output.get_data()), 'in');
    assert(thrownBy(() => Tf.Future.from_object(action)).matches(Tf.Error, Tf.Error.INVALID_ARGUMENT),
        'INVALID_ARGUMENT');
});

test('a future that is done has any value', async () => {
    const thing = {a: 1};
    const future = Tf.Future.new_for_value(thing);
    assertEqual(future.state, Tf.FutureState.COMPLETED);
    assert(await future === thing, 'the same thing');
    assertEqual(await Tf.Future.new_for_value(undefined), undefined);
});

test('functions for threads are refused at once, and the error names what to do instead', () => {
    const executor = Tf.Executor.new();
    const work = () => 1;
    for (const [name, call] of Object.entries({
        'Tf.Executor.submit_call()': () => executor.submit_call(work),
        'Tf.Executor.submit_then()': () => executor.submit_then(Tf.Future.delay(0), work),
        'Tf.Task.new()': () => Tf.Task.new(work),
        'Tf.Task.new(': () => new Tf.Task(work),
        'Tf.Task.new() ': () => executor.map(3, () => Tf.Task.new(work)),
        'Tf.Task.new()  ': () => executor.map_model(newModel(), () => Tf.Task.new(work)),
    })) {
        const error = thrownBy(call);
        assert(error instanceof Error && !(error instanceof GLib.Error), 'an Error');
        assert(error.message.startsWith(name.trim()), `${name} in the text`);
        assert(error.message.includes('Tf.spawn()'), 'an alternative');
        assert(error.message.includes('worker process'), 'another one');
    }
    assertEqual(executor.n_waiting, 0);
    assert(executor.shutdown(), 'shutdown');
});

test('submit_async() wants a task of C', async () => {
    const executor = Tf.Executor.new();
    assert(await errorOf((async () => await executor.submit_async(() => 1, null))()) instanceof Error, 'an Error');
    executor.shutdown();
});

test('everything of C is still there', () => {
    for (const name of ['cancel', 'abort', 'wait', 'bind_owner', 'shield', 'with_timeout', 'dup_error'])
        assertEqual(typeof Tf.Future.prototype[name], 'function');
    assert(Tf.Promise.new('x') instanceof Tf.Future, 'a class of its own');
    assert(new Tf.Promise() instanceof Tf.Promise, 'a promise');
    assertEqual(new Tf.Executor({max_workers: 2}).max_workers, 2);
    const Own = GObject.registerClass(class OwnPromise extends Tf.Promise {});
    const own = new Own();
    assertEqual(own.resolve([1]), true);
});

run();
