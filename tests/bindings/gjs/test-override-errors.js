// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Whatever is thrown is a failure, also if its texts cannot be built.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

import {test, run, assert, assertEqual} from '../../support/tap.js';
import {makers} from './workers/odd.js';

const ODD = Gio.File.new_for_uri(import.meta.url).get_parent().resolve_relative_path('workers/odd.js').get_uri();
const {FAILED} = Tf.FutureState;

// An object in a list, because a promise that was given it would ask it for a function then().
async function thrownBy(thing) {
    try {
        await thing;
    } catch (error) {
        return [error];
    }
    throw new Error('nothing was thrown');
}

async function assertFails(future, reason) {
    const [thrown] = await thrownBy(future);
    assertEqual(future.state, FAILED);
    if (future.get_failure_type() === null) {
        assert(future.dup_error().matches(Gio.IOErrorEnum, 1), 'the domain and the code');
    } else {
        assert(Object.is(thrown, reason), 'the reason');
        assert(!future.get_failure_text().includes('\0'), 'a text');
    }
}

for (const [name, make] of Object.entries(makers)) {
    test(`a failure with ${name}`, async () => {
        const reason = make();
        const promise = Tf.Promise.new(null);
        assert(promise.reject(reason), 'rejected');
        await assertFails(promise, reason);
    });

    test(`a function that throws ${name}`, async () => {
        const reason = make();
        const fail = () => {
            throw reason;
        };
        await assertFails(Tf.spawn(fail), reason);
        await assertFails(Tf.spawn(async () => fail()), reason);
        await assertFails(Tf.promise(new Promise(fail)), reason);
        await assertFails(Tf.Future.new_for_value(1).chain(fail), reason);
        const promise = Tf.Promise.new(null);
        promise.execute(fail);
        await assertFails(promise, reason);
    });
}

test('an error without a domain', async () => {
    const error = new GLib.Error(Gio.IOErrorEnum, 1, 'text');
    Object.defineProperty(error, 'domain', {value: 0});
    const promise = Tf.Promise.new(null);
    assert(promise.reject(error), 'rejected');
    await assertFails(promise, error);
});

test('a worker process throws them all', async () => {
    const context = new Tf.ProcessContext({max_workers: 1});
    const executor = Tf.Executor.new_for_parallel_context(context);
    for (const name of Object.keys(makers)) {
        const future = executor.submit(Tf.call_task(`${ODD}#throwOdd`, name));
        const [error] = await thrownBy(future);
        assertEqual(future.state, FAILED);
        assert(error instanceof GLib.Error, 'an error of C');
        assert(!error.matches(Tf.Error, Tf.Error.WORKER_LOST), name);
        assert(!error.matches(Tf.Error, Tf.Error.NO_RESULT), name);
    }
    assert(executor.shutdown(), 'shutdown');
    context.close();
});

run();
