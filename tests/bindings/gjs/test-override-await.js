// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Waiting for futures with await, for their items with for await, and what GLib is told of it.

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

// A future whose messages come from here.
class Source {
    constructor(onCancel = null, type = Tf.Future.$gtype) {
        this.future = Tf.Future.new_detached(type, onCancel);
        this._deliver(Tf.Message.new_started());
    }

    _deliver(message) {
        this.future.deliver(message);
    }

    items(...values) {
        values.forEach(value => this._deliver(Tf.Message.new_item(value)));
    }

    returns(value) {
        this._deliver(Tf.Message.new_returned(value));
    }

    raises(code, message) {
        this._deliver(Tf.Message.new_raised(new Gio.IOErrorEnum({code, message})));
    }
}

function isCancelledOrOver(error) {
    return error === null || error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
}

function soon(func) {
    GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
        func();
        return GLib.SOURCE_REMOVE;
    });
}

function turn() {
    return new Promise(resolve => soon(resolve));
}

test('await gives the value of a future, of one that is done too, and again', async () => {
    const future = Tf.Promise.new('p');
    soon(() => future.resolve(7));
    assertEqual(await future, 7);
    assertEqual(await future, 7);
    assertEqual(await Tf.Future.new_for_string('done'), 'done');
});

test('several wait for the same future', async () => {
    const future = Tf.Promise.new('p');
    const all = Promise.all([future, future, (async () => await future + 1)()]);
    future.resolve(1);
    assertEqual(JSON.stringify(await all), '[1,1,2]');
});

test('then, catch and finally are those of promises', async () => {
    const good = Tf.Future.new_for_int64(1);
    assert(good.then() instanceof Promise, 'a native promise');
    assertEqual(await good.then(value => value + 1), 2);
    assertEqual(await good.then(value => Tf.Future.new_for_int64(value + 2)), 3);
    assertEqual(await good.catch(() => 5), 1);

    const bad = Tf.promise(Promise.reject(new RangeError('bad')));
    assertEqual(await bad.then(null, error => error.message), 'bad');
    assertEqual(await bad.catch(error => error.message), 'bad');
    let seen = 0;
    assert(await errorOf(bad.finally(() => seen++)) instanceof RangeError, 'the error');
    assertEqual(seen, 1);
    assertEqual(await errorOf(good.then(() => {
        throw 'thrown in then';
    })), 'thrown in then');
});

const OwnFuture = GObject.registerClass(class TestOwnFuture extends Tf.Future {});
const OwnPromise = GObject.registerClass(class TestOwnPromise extends Tf.Promise {});

// One of each class, with the value 1 or a failure.
function ofEachClass(isGood) {
    const settled = promise => {
        soon(() => isGood ? promise.resolve(1) : promise.reject(new RangeError('bad')));
        return promise;
    };
    const source = new Source(null, OwnFuture.$gtype);
    soon(() => isGood ? source.returns(1) : source.raises(Gio.IOErrorEnum.FAILED, 'bad'));
    const member = () => settled(Tf.Promise.new('member'));
    return {
        'a promise': settled(Tf.Promise.new('promise')),
        'a promise of a derived class': settled(new OwnPromise()),
        'a future': isGood ? Tf.Future.new_for_int64(1) : Tf.promise(Promise.reject(new RangeError('bad'))),
        'a derived future': member().shield(),
        'a limited future': member().with_timeout(30_000),
        'a future of a derived class': source.future,
        'any': Tf.Future.any([member(), member()]),
        'race': Tf.Future.race([member(), member()]),
        'a function': Tf.spawn(async () => await member()),
    };
}

test('both families of functions work on every class of future', async () => {
    for (const [name, future] of Object.entries(ofEachClass(true))) {
        const seen = [];
        const promises = [future.then(value => value + 1), future.catch(() => 9), future.finally(() => seen.push(1))];
        for (const promise of promises)
            assert(promise instanceof Promise, `${name}: a promise`);
        for (const derived of [future.chain(() => 9), future.recover(() => 9), future.ensure(() => null)]) {
            assert(derived instanceof Tf.Future && !(derived instanceof Promise), `${name}: a future`);
            assert(derived !== future, `${name}: another one`);
        }
        assertEqual(await future.then(value => value + 1), 2);
        assertEqual(await future.catch(() => 9), 1);
        assertEqual(await future.finally(() => seen.push(2)), 1);
        assertEqual(await future.chain(done => done.value + 1), 2);
        assertEqual(await future.recover(() => 9), 1);
        assertEqual(await future.ensure(done => void seen.push(done === future)), 1);
        assertEqual(seen.join(), '1,2,true');
    }

    for (const [name, future] of Object.entries(ofEachClass(false))) {
        const seen = [];
        assertEqual(await future.then(() => 9, error => error.message), 'bad');
        assertEqual(await future.catch(error => error.message), 'bad');
        assertEqual((await errorOf(future.finally(() => seen.push(1)))).message, 'bad');
        assertEqual((await errorOf(future.chain(() => 9))).message, 'bad');
        assertEqual(await future.recover(done => done === future && name), name);
        assertEqual((await errorOf(future.ensure(() => void seen.push(2)))).message, 'bad');
        assertEqual(seen.join(), '1,2');
    }

    // Of all members nothing but the end.
    const all = Tf.Future.all([Tf.Future.new_for_int64(1), Tf.Future.delay(0)]);
    assertEqual(await all.then(value => value ?? 'end'), 'end');
    assertEqual(await all.chain(done => done.get_n_futures()), 2);
});

test('Promise.all, allSettled, any and race take futures', async () => {
    const one = () => Tf.Future.new_for_int64(1);
    const bad = () => Tf.promise(Promise.reject(new RangeError('bad')));
    assertEqual(JSON.stringify(await Promise.all([one(), 2, Promise.resolve(3)])), '[1,2,3]');
    assertEqual((await errorOf(Promise.all([one(), bad()]))).message, 'bad');
    assertEqual((await Promise.allSettled([bad(), one()])).map(entry => entry.status).join(), 'rejected,fulfilled');
    assertEqual(await Promise.any([bad(), one()]), 1);
    assertEqual(await Promise.race([Tf.Future.delay(30_000), one()]), 1);
});

test('a future that an async function returns is waited for', async () => {
    assertEqual(await (async () => Tf.Future.new_for_int64(4))(), 4);
});

test('a failure is thrown as an error of GLib', async () => {
    const source = new Source();
    soon(() => source.raises(Gio.IOErrorEnum.NOT_FOUND, 'gone'));
    const error = await errorOf(source.future);
    assert(error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND), 'NOT_FOUND');
    assertEqual(error.message, 'gone');
});

test('a cancelled future throws CANCELLED', async () => {
    const future = Tf.Future.delay(30_000);
    soon(() => future.cancel());
    const error = await errorOf(future);
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
    assertEqual(future.state, Tf.FutureState.CANCELLED);
    assert((await errorOf(future)).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'and again');
});

test('await goes on after done was emitted', async () => {
    const seen = [];
    const future = Tf.Promise.new('p');
    future.connect('notify::done', () => seen.push('notify'));
    future.connect('done', () => seen.push('done'));
    soon(() => future.resolve());
    await future;
    seen.push('await');
    assertEqual(seen.join(), 'notify,done,await');
});

// A program of its own, for what it prints.
async function logOf(body) {
    const program = `
        imports.gi.versions.Tf = '1';
        const {GLib, Tf} = imports.gi;
        const loop = new GLib.MainLoop(null, false);
        (async () => { ${body} })().finally(() => loop.quit());
        loop.run();`;
    const process = Gio.Subprocess.new(['gjs', '-c', program], Gio.SubprocessFlags.STDERR_PIPE);
    Gio._promisify(Gio.Subprocess.prototype, 'communicate_utf8_async', 'communicate_utf8_finish');
    const [, text] = await process.communicate_utf8_async(null, null);
    return text;
}

test('a failure that nobody waited for is logged with the name, and one that was waited for is not', async () => {
    const fail = "const future = Tf.promise(Promise.reject(new Error('the text')), 'the name');";
    const unread = await logOf(`${fail} await future.wait_async(null);`);
    assert(unread.includes('the name') && unread.includes('the text'), `the failure in “${unread}”`);
    assertEqual(await logOf(`${fail} try { await future; } catch {}`), '');
    assertEqual(await logOf(`${fail} await future.catch(() => 1);`), '');
    assertEqual(await logOf(`${fail} try { for await (const item of future); } catch {}`), '');
    assertEqual(await logOf(`${fail} await future.recover(() => 1);`), '');
});

test('a failure of spawn() that nobody waited for is logged with the place of the call', async () => {
    const fail = "() => { throw new Error('the text'); }";
    for (const body of [`Tf.spawn(${fail});`, `Tf.spawn(async ${fail});`, `[${fail}].forEach(func => Tf.spawn(func));`]) {
        const log = await logOf(`${body} await Tf.Future.delay(0);`);
        assert(log.includes('submitted at <command line>:5, failed'), `the line of the body in “${log}”`);
    }

    // Nobody but the engine has called it.
    const log = await logOf(`Promise.resolve(${fail}).then(Tf.spawn); await Tf.Future.delay(0);`);
    assert(log.includes('the text'), `the failure in “${log}”`);
});

test('a failure that nobody handles is told of once', async () => {
    const fail = `const future = Tf.promise(Promise.reject(new Error('the text')), 'the name');
        await future.wait_async(null);`;
    for (const wait of ['(async () => { await future; })()', 'future.then(() => 1)', 'future.finally(() => 1)',
        '(async () => { for await (const item of future); })()']) {
        const log = await logOf(`${fail} ${wait}; await Tf.Future.delay(0); await Tf.Future.delay(0);`);
        assertEqual(log.match(/WARNING|CRITICAL/g)?.length, 1);
        assert(log.includes('Unhandled promise rejection'), `that of GJS in “${log}”`);
    }
});

test('wait_async is a promise', async () => {
    const future = Tf.promise(Promise.reject(new RangeError('bad')));
    assertEqual(await future.wait_async(null), true);
    assertEqual(future.state, Tf.FutureState.FAILED);
    await errorOf(future);

    const cancellable = new Gio.Cancellable();
    const slow = Tf.Future.delay(30_000);
    soon(() => cancellable.cancel());
    const error = await errorOf(slow.wait_async(cancellable));
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
    assertEqual(slow.state, Tf.FutureState.EXECUTING);
    slow.cancel();
    await errorOf(slow);
});

test('for await gives all items in order, and ends with the future', async () => {
    const source = new Source();
    soon(() => {
        source.items(1, 'two');
        soon(() => {
            source.items(3.5, true);
            source.returns(null);
        });
    });
    const seen = [];
    for await (const item of source.future)
        seen.push(item);
    assertEqual(JSON.stringify(seen), '[1,"two",3.5,true]');
    assertEqual(source.future.state, Tf.FutureState.COMPLETED);
});

test('items that come while the body waits are kept', async () => {
    const source = new Source();
    soon(() => {
        source.items(...Array.from({length: 1000}, (_value, i) => i));
        source.returns(null);
    });
    let n = 0;
    for await (const item of source.future) {
        assertEqual(item, n++);
        if (n % 100 === 0)
            await turn();
    }
    assertEqual(n, 1000);
});

test('who sends can wait for a slow reader', async () => {
    let nSent = 0;
    const future = Tf.spawn(async task => {
        for (; nSent < 1000 && await task.wait_for_room(); nSent++)
            assert(task.yield_item(nSent), 'that it is wanted');
        return 'all';
    });
    let nRead = 0;
    for await (const item of future) {
        assertEqual(item, nRead++);
        if (nRead % 10 === 0)
            await turn();
        assert(nSent - nRead <= 65, `no more than ${nSent} sent while ${nRead} are read`);
    }
    assertEqual(nRead, 1000);
    assertEqual(await future, 'all');
});

test('a reader that stands still stops who sends, and a cancel lets it go', async () => {
    for (const leave of [(_future, items) => items.return(), future => future.cancel()]) {
        let nSent = 0;
        let wasWanted = true;
        const future = Tf.spawn(async task => {
            // Who has asked for it is waited for.
            task.get_gcancellable();
            for (; (wasWanted = await task.wait_for_room()); nSent++)
                task.yield_item(nSent);
        });
        const items = future[Symbol.asyncIterator]();
        for (let i = 0; i < 300; i++)
            await turn();
        const nBefore = nSent;
        assert(nBefore >= 64 && nBefore <= 65, `${nBefore} are sent`);
        assertEqual((await items.next()).value, 0);
        await turn();
        assertEqual(nSent, nBefore);

        leave(future, items);
        assert((await errorOf(future)).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
        assertEqual(wasWanted, false);
        assertEqual(nSent, nBefore);
        await items.return();
    }
});

test('the slowest of several readers counts, and nobody is no reader', async () => {
    const promise = Tf.Promise.new('many');
    const [fast, slow] = [promise[Symbol.asyncIterator](), promise[Symbol.asyncIterator]()];
    for (let i = 0; i < 64; i++)
        promise.yield_item(i);
    let hasRoom = false;
    const waiting = promise.wait_for_room().then(is => (hasRoom = is));
    for (let i = 0; i < 64; i++)
        assertEqual((await fast.next()).value, i);
    await turn();
    assertEqual(hasRoom, false);
    for (let i = 0; i < 32; i++)
        assertEqual((await slow.next()).value, i);
    await waiting;
    assertEqual(hasRoom, true);

    const alone = Tf.Promise.new('alone');
    for (let i = 0; i < 200; i++)
        alone.yield_item(i);
    assertEqual(await alone.wait_for_room(), true);
    alone.resolve();
    await alone;
    assertEqual(await alone.wait_for_room(), false);
    promise.resolve();
    await promise;
    await fast.return();
});

test('a slow reader holds the future, and loses nothing', async () => {
    const promise = Tf.Promise.new('fast');
    const items = promise[Symbol.asyncIterator]();
    let nDelivered = 0;
    promise.connect('item', () => nDelivered++);
    for (let i = 0; i < 500; i++)
        promise.yield_item(i);
    promise.resolve();
    for (let i = 0; i < 100; i++)
        await turn();
    assertEqual(nDelivered, 64);
    assertEqual(promise.state, Tf.FutureState.EXECUTING);

    for (let i = 0; i < 500; i++) {
        assertEqual((await items.next()).value, i);
        assert(nDelivered <= i + 1 + 64, `no more than 64 of ${nDelivered} in front of ${i}`);
        if (i % 10 === 0)
            await turn();
    }
    assertEqual((await items.next()).done, true);
    assertEqual(promise.state, Tf.FutureState.COMPLETED);
});

test('who holds and leaves, or is cancelled, lets go', async () => {
    for (const leave of [(_promise, items) => items.return(), promise => promise.cancel()]) {
        const promise = Tf.Promise.new('left');
        const items = promise[Symbol.asyncIterator]();
        for (let i = 0; i < 200; i++)
            promise.yield_item(i);
        for (let i = 0; i < 20; i++)
            await turn();
        leave(promise, items);
        promise.resolve();
        assert((await errorOf(promise)).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
        let n = 0;
        assert(isCancelledOrOver(await (async () => {
            try {
                for (;; n++) {
                    if ((await items.next()).done)
                        return null;
                }
            } catch (error) {
                return error;
            }
        })()), 'the end');
        assert(n <= 64, `${n} items were there`);
    }
});

test('for await throws the failure after the items', async () => {
    const source = new Source();
    soon(() => {
        source.items(1, 2);
        source.raises(Gio.IOErrorEnum.FAILED, 'broken');
    });
    const seen = [];
    const error = await errorOf((async () => {
        for await (const item of source.future) {
            seen.push(item);
            await turn();
        }
    })());
    assertEqual(error.message, 'broken');
    assertEqual(seen.join(), '1,2');
});

test('for await over a future that is done ends at once, or throws', async () => {
    for await (const item of Tf.Future.new_for_int64(1))
        throw new Error(`an item: ${item}`);

    assertEqual((await errorOf((async () => {
        for await (const item of Tf.promise(Promise.reject(new RangeError('bad'))))
            throw new Error(`an item: ${item}`);
    })())).message, 'bad');
});

test('breaking out of for await cancels', async () => {
    let nCancels = 0;
    const source = new Source(() => nCancels++);
    soon(() => source.items(1, 2, 3));
    const seen = [];
    for await (const item of source.future) {
        seen.push(item);
        break;
    }
    assertEqual(nCancels, 1);
    assertEqual(source.future.state, Tf.FutureState.CANCELLING);
    source.returns(null);
    assert((await errorOf(source.future)).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
    assertEqual(seen.join(), '1');
});

test('an exception in the body of for await cancels', async () => {
    const source = new Source();
    soon(() => source.items(1));
    assertEqual((await errorOf((async () => {
        for await (const item of source.future)
            throw new RangeError(`body ${item}`);
    })())).message, 'body 1');
    assertEqual(source.future.state, Tf.FutureState.CANCELLING);
    source.returns(null);
    await errorOf(source.future);
});

test('a cancel ends for await with CANCELLED', async () => {
    const source = new Source();
    soon(() => {
        source.items(1);
        source.future.cancel();
        soon(() => source.returns(null));
    });
    assert((await errorOf((async () => {
        for await (const item of source.future)
            assertEqual(item, 1);
    })())).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
});

test('an iterator can be read by several at once', async () => {
    const source = new Source();
    const items = source.future[Symbol.asyncIterator]();
    const reads = [items.next(), items.next(), items.next(), items.next()];
    source.items('a', {deep: 1}.deep);
    soon(() => source.returns(null));
    const results = await Promise.all(reads);
    assertEqual(results.map(({value, done}) => `${value}:${done}`).join(),
        'a:false,1:false,undefined:true,undefined:true');
    assertEqual((await items.next()).done, true);
    assertEqual((await items.return('x')).value, 'x');
});

test('a value of JavaScript can be an item', async () => {
    const thing = {a: 1};
    const source = new Source();
    const promise = Tf.Promise.new('box');
    promise.resolve(thing);
    await promise;
    soon(() => {
        source.items(promise.dup_object());
        source.returns(null);
    });
    for await (const item of source.future)
        assert(item === thing, 'the same thing');
});

run();
