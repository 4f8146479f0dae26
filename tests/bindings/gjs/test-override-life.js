// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Things that come and go: extensions that are enabled and disabled again and again, many promises, the collector.
//
// A binding of properties is a weak reference to its source: that is how the objects are seen to be gone.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';
import Tf from 'gi://Tf?version=1';

import {test, run, assert, assertEqual} from '../../support/tap.js';

Gio._promisify(Gio.Subprocess.prototype, 'communicate_utf8_async', 'communicate_utf8_finish');

const ROUNDS = 1000;
const MANY = 100_000;
const SOME = 10_000;
const BATCH = 5000; // between two collections: an engine with many dead objects is slow
const LONG_MS = 1_000_000;

function turn() {
    return new Promise(resolve => GLib.idle_add(GLib.PRIORITY_LOW, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    }));
}

async function collect() {
    for (let i = 0; i < 5; i++) {
        System.gc();
        await turn();
    }
}

class Watch {
    constructor() {
        this._sink = new Gio.SocketClient();
        this._bindings = [];
    }

    // A new object of C that dies with what holds it in JavaScript.
    newPart() {
        const part = new Gio.SimpleAction({name: 'part'});
        this.add(part, 'enabled');
        return part;
    }

    add(object, property = 'fraction') {
        this._bindings.push(object.bind_property(property, this._sink, 'timeout', GObject.BindingFlags.DEFAULT));
    }

    get nAlive() {
        return this._bindings.filter(binding => binding.dup_source() !== null).length;
    }
}

function isCancelled(error) {
    return error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
}

async function errorOf(thing) {
    try {
        await thing;
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

// In the manner of the extensions of a desktop shell.
class Extension {
    constructor(watch) {
        this.nCalls = 0;
        this.nCancelled = 0;
        this._watch = watch;
    }

    _keep(future, watched = true) {
        const count = () => this.nCalls++;
        this._futures.push(future);
        for (const signal of ['done', 'progress', 'item', 'notify::fraction'])
            this._handlers.push([future, future.connect(signal, count)]);
        if (watched)
            this._watch.add(future);
        return future;
    }

    async _wait(future) {
        try {
            await future;
            this.nCalls++;
        } catch (error) {
            if (!isCancelled(error))
                throw error;
            this.nCancelled++;
        }
    }

    async _iterate(future) {
        try {
            for await (const item of future)
                this.nCalls += item;
        } catch (error) {
            if (!isCancelled(error))
                throw error;
            this.nCancelled++;
        }
    }

    enable(withProcess) {
        this._futures = [];
        this._handlers = [];
        this._owner = new GObject.Object();
        this._executor = new Tf.Executor();
        this._watch.add(this._executor, 'n-waiting');
        for (const signal of ['task-failed', 'items-changed', 'notify::state', 'notify::running'])
            this._handlers.push([this._executor, this._executor.connect(signal, () => this.nCalls++)]);

        const delay = this._keep(Tf.Future.delay(LONG_MS));
        this._wait(delay);
        this._wait(this._keep(delay.chain(() => this.nCalls++)));
        const members = [this._keep(Tf.Future.delay(LONG_MS)), this._keep(Tf.Promise.new('member'))];
        this._wait(this._keep(Tf.Future.all(members)));
        this._wait(this._keep(Tf.Future.from_cancellable(new Gio.Cancellable())));
        this._iterate(this._keep(Tf.Future.delay(LONG_MS)));

        const spawned = this._keep(Tf.spawn(async self => {
            const cancelled = Tf.Future.from_cancellable(self.get_gcancellable());
            self.set_progress(1, 2, 'half');
            await cancelled;
        }));
        this._wait(spawned);

        const bound = Tf.Future.delay(LONG_MS);
        bound.bind_owner(null);
        bound.bind_owner(this._owner);
        this._watch.add(bound);
        this._wait(bound);

        if (withProcess) {
            const process = Gio.Subprocess.new(['cat'], Gio.SubprocessFlags.STDIN_PIPE);
            this._keep(Tf.Future.from_subprocess(process), false);
            this._process = process;
        }
    }

    disable(withStop) {
        for (const [object, handler] of this._handlers)
            object.disconnect(handler);
        if (withStop)
            this._executor.stop();
        for (const future of this._futures)
            future.cancel();
        this._owner.run_dispose();
        this._process?.force_exit();
        this._futures = this._handlers = this._owner = this._process = this._executor = null;
    }
}

async function enableAndDisable() {
    const watch = new Watch();
    const extension = new Extension(watch);
    const before = extension.nCalls;
    for (let i = 0; i < ROUNDS; i++) {
        extension.enable(i % 50 === 0);
        // Some rounds end at once, others when the loop has told something.
        if (i % 3 === 0)
            await turn();
        const nCalls = extension.nCalls;
        extension.disable(i % 2 === 0);
        if (i % 10 === 0) {
            await turn();
            await turn();
            assertEqual(extension.nCalls, nCalls);
        }
    }
    const nCalls = extension.nCalls;
    for (let i = 0; i < 100 && extension.nCancelled < 7 * ROUNDS; i++)
        await turn();
    await collect();
    assertEqual(extension.nCalls, nCalls);
    assert(nCalls > before, 'that there was something to hear meanwhile');
    assertEqual(extension.nCancelled, 7 * ROUNDS);
    assertEqual(watch.nAlive, 0);
}

if (ARGV.includes('extension')) {
    test('the rounds', enableAndDisable);
    run();
}

// A program of its own, for what it prints: GJS tells there of objects that are used after their end.
test('an extension that is enabled and disabled a thousand times leaves nothing, and nothing is logged', async () => {
    const [path] = GLib.filename_from_uri(import.meta.url);
    const process = Gio.Subprocess.new(['gjs', '--module', path, 'extension'],
        Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);
    const [output, errors] = await process.communicate_utf8_async(null, null);
    assertEqual(errors, '');
    assert(process.get_successful(), output);
});

for (const signal of ['done', 'item', 'progress', 'message', 'notify::state']) {
    test(`a handler of ${signal} may hold its future`, async () => {
        const watch = new Watch();
        for (let i = 0; i < 100; i++) {
            const promise = Tf.Promise.new(null);
            watch.add(promise);
            promise.connect(signal, () => promise.is_done());
            promise.resolve(i);
            assertEqual(await promise, i);
        }
        await collect();
        assertEqual(watch.nAlive, 0);
    });
}

test('a handler of done stays connected', async () => {
    const promise = Tf.Promise.new(null);
    const handler = promise.connect('done', () => {});
    promise.resolve(1);
    await promise;
    assert(GObject.signal_handler_is_connected(promise, handler), 'is connected');
    promise.disconnect(handler);
});

for (const [n, name, make] of [
    [MANY, 'promises', part => {
        const promise = Tf.Promise.new('one of many');
        promise.resolve({part});
        return promise;
    }],
    [MANY, 'futures that are done', part => Tf.Future.new_for_value({part})],
    [SOME, 'promises of functions', part => Tf.spawn(async () => [part])],
    [SOME, 'futures of native promises', part => Tf.promise(Promise.resolve(new Map([[1, part]])))],
    [SOME, 'failures', part => Tf.promise(Promise.reject(Object.assign(new Error('one of many'), {part})))],
    [SOME, 'derived futures', part => Tf.Future.new_for_value(part).chain(done => done)],
]) {
    test(`of ${n} ${name} nothing is left`, async () => {
        const watch = new Watch();
        for (let i = 0; i < n; i++) {
            const future = make(i % 500 === 0 ? watch.newPart() : null);
            if (i % 500 === 0)
                watch.add(future);
            if (i % BATCH === 0)
                await collect();
            try {
                await future;
            } catch {
                // That of “failures”.
            }
        }
        await collect();
        assertEqual(watch.nAlive, 0);
    });
}

// Functions of JavaScript are submitted to processes only.
test(`of ${MANY} tasks nothing is left`, async () => {
    const watch = new Watch();
    const context = Tf.ProcessContext.new(1);
    const executor = Tf.Executor.new_for_parallel_context(context);
    const file = GLib.uri_resolve_relative(import.meta.url, 'workers/functions.js', GLib.UriFlags.NONE);
    let n = 0;

    const submitSome = async () => {
        while (n < MANY) {
            const future = executor.submit(Tf.call_task(`${file}#getPid`));
            if (n % 500 === 0)
                watch.add(future);
            if (n++ % BATCH === 0)
                await collect();
            assert(Number.isInteger(await future), 'a number');
        }
    };
    await Promise.all(Array.from({length: 64}, submitSome));
    assertEqual(n, MANY);
    await collect();
    assertEqual(watch.nAlive, 0);
    executor.shutdown();
    context.close();
});

test(`of ${SOME} dropped promises nothing is left`, async () => {
    const watch = new Watch();
    for (let i = 0; i < SOME; i++) {
        const promise = Tf.Promise.new(null);
        if (i % 500 === 0)
            watch.add(promise);
    }
    await collect();
    assertEqual(watch.nAlive, 0);
});

test('what is pending survives the garbage collector', async () => {
    const seen = [];
    (() => {
        Tf.Future.delay(20).connect('done', () => seen.push('done'));
        Tf.Future.delay(20).chain(() => {
            seen.push('chain');
        });
        Tf.spawn(async () => {
            await Tf.Future.delay(20);
            seen.push('spawn');
        });
        Tf.Future.delay(20).then(() => seen.push('then'));
        (async () => {
            for await (const _item of Tf.Future.delay(20))
                seen.push('item');
            seen.push('iterated');
        })();
    })();
    await collect();
    await Tf.Future.delay(40);
    await collect();
    assertEqual(seen.sort().join(), 'chain,done,iterated,spawn,then');
});

test('a value lives as long as its future', async () => {
    const future = Tf.Promise.new('holds');
    const watch = new Watch();
    future.resolve({part: watch.newPart()});
    await collect();
    assertEqual(watch.nAlive, 1);
    assert((await future).part instanceof Gio.SimpleAction, 'the value');
    assert(await future === future.value, 'always the same');
});

test('a promise that was dropped fails for those who listen', async () => {
    const derived = (() => Tf.Promise.new('lost').chain(() => null))();
    await collect();
    const error = await errorOf(derived);
    assert(error.matches(Tf.Error, Tf.Error.ABANDONED), 'ABANDONED');
    assert(error.message.includes('lost'), 'its name');
});

test('executors come and go', async () => {
    const watch = new Watch();
    for (let i = 0; i < 200; i++) {
        const executor = new Tf.Executor();
        watch.add(executor, 'n-waiting');
        if (i % 2)
            executor.stop();
    }
    await collect();
    assertEqual(watch.nAlive, 0);
});

run();
