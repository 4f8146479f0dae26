// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Worker processes in JavaScript, through the typelib alone: the program, and the worker of workers/plain.js.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

import {test, run, assert, assertEqual} from '../../support/tap.js';

Gio._promisify(Tf.Future.prototype, 'wait_async', 'wait_finish');

const folder = Gio.File.new_for_uri(import.meta.url).get_parent();
const WORKER = ['gjs', '-m', folder.resolve_relative_path('workers/plain.js').get_path()];

function testWith(name, func) {
    test(name, async () => {
        const context = Tf.ProcessContext.new(2);
        context.set_argv(WORKER);
        const executor = Tf.Executor.new_for_parallel_context(context);
        try {
            await func(executor, context);
        } finally {
            assert(executor.shutdown(-1), 'shutdown');
            context.close();
        }
    });
}

function submit(executor, name, argument = null) {
    return executor.submit(Tf.Task.new_for_reference(`js:${name}`, argument));
}

// Not the future itself: without the override its then() is that of C, and promises would take it for a promise.
async function call(executor, name, argument = null) {
    const future = submit(executor, name, argument);
    await future.wait_async(null);
    return {future, error: future.error};
}

async function getPid(executor) {
    const {future} = await call(executor, 'pid');
    return future.get_int64();
}

// A type of GObject has to be known here as well, and is so from its first use on.
Tf.FutureSetFlags.$gtype;

for (const [name, check] of Object.entries({
    'boolean': value => value === true,
    'int': value => value === -(2 ** 31),
    'uint': value => value === 2 ** 32 - 1,
    'int64': value => value === -(2 ** 40),
    'uint64': value => value === 2 ** 40,
    'double': value => value === 0.1,
    'string': value => value === 'grün 🌳',
    'long string': value => value === 'ä'.repeat(1_000_000),
    'variant': value => value.print(true) === "('x', 1)",
    'bytes': value => value.get_data().join() === '0,1,2',
    'enumeration': value => value === Tf.FutureState.FAILED,
    'flags': value => value === Tf.FutureSetFlags.CANCEL_REST,
})) {
    testWith(`a result of the kind “${name}” travels`, async executor => {
        const {future} = await call(executor, 'value', new GLib.Variant('s', name));
        assertEqual(future.state, Tf.FutureState.COMPLETED);
        assert(check(future.dup_value()), 'the same value');
    });
}

testWith('an argument travels', async executor => {
    for (const text of ['()', "(int64 1, 'two', [<3.0>], @mv nothing)", "b'bytes'"]) {
        const argument = GLib.Variant.parse(null, text, null, null);
        const {future} = await call(executor, 'echo', argument);
        assert(future.dup_variant().equal(argument), text);
    }
    const {future: none} = await call(executor, 'none');
    assertEqual(none.state, Tf.FutureState.COMPLETED);
});

testWith('what is told comes in order', async executor => {
    const future = submit(executor, 'tell');
    const news = [];
    future.connect('progress', (_future, value) => news.push(value));
    future.connect('item', (_future, value) => news.push(value));
    future.connect('message', (_future, kind, value) => news.push(`${kind} ${value.print(false)}`));
    await future.wait_async(null);
    assertEqual(news.join(), "1,item,kind ['message'],2");
    assertEqual(`${future.completed_steps} ${future.total_steps} ${future.status}`, '2 5 two');
});

testWith('a cancel is seen by the worker', async executor => {
    const future = submit(executor, 'untilCancelled');
    future.connect('progress', () => future.cancel());
    await future.wait_async(null);
    assertEqual(future.state, Tf.FutureState.CANCELLED);
});

testWith('a cancel ends a pause, and takes back what waits', async executor => {
    executor.set_max_workers(1);
    const future = submit(executor, 'pause');
    const task = Tf.Task.new_for_reference('js:pid', null);
    // Not of the same priority, so that it is not sent ahead.
    task.set_priority(2);
    const queued = executor.submit(task);
    assert(queued.set_priority(1));
    assert(queued.cancel_if_waiting());
    future.connect('progress', () => {
        assert(!future.cancel_if_waiting());
        future.cancel();
    });
    await future.wait_async(null);
    assertEqual(future.state, Tf.FutureState.CANCELLED);
    await queued.wait_async(null);
    assertEqual(queued.state, Tf.FutureState.CANCELLED);
});

testWith('a cancel ends what does not look', async (executor, context) => {
    context.set_grace(0, -1);
    const pid = await getPid(executor);
    const future = submit(executor, 'spin');
    future.connect('progress', () => future.cancel());
    await future.wait_async(null);
    assertEqual(future.state, Tf.FutureState.CANCELLED);
    assert(await getPid(executor) !== pid, 'another process');
});

testWith('a failure has its parts', async executor => {
    const {future} = await call(executor, 'fail');
    assert(future.error.matches(Tf.Error, Tf.Error.EXCEPTION), 'EXCEPTION');
    assertEqual(future.get_failure_type(), 'Type');
    assertEqual(future.get_failure_text(), 'the text');
    assertEqual(future.get_failure_traceback(), 'the stack');

    const {error} = await call(executor, 'failWithError');
    assert(error.matches(Tf.Error, Tf.Error.INVALID_ARGUMENT), 'its domain and code');
    assertEqual(error.message, 'not there');
});

testWith('an exception in the handler is a failure, and spares the worker', async executor => {
    const pid = await getPid(executor);
    const {error} = await call(executor, 'throws');
    assert(error.matches(Tf.Error, Tf.Error.NO_RESULT), 'NO_RESULT');
    assertEqual(await getPid(executor), pid);
});

testWith('a worker that goes is lost, and no other', async executor => {
    const other = submit(executor, 'echo', new GLib.Variant('s', 'other'));
    const {error: left} = await call(executor, 'leave');
    assert(left.matches(Tf.Error, Tf.Error.WORKER_LOST), 'WORKER_LOST');
    assert(left.message.includes('exit status 3'), left.message);

    const {error: killed} = await call(executor, 'die');
    assert(killed.matches(Tf.Error, Tf.Error.WORKER_LOST), 'WORKER_LOST');
    assert(killed.message.includes('SIGKILL') && killed.message.includes('last words'), killed.message);

    await other.wait_async(null);
    assertEqual(other.dup_variant().unpack(), 'other');
    assert(await getPid(executor) > 0, 'another one');
});

for (const [what, argv, text] of [
    ['a file that is not there', ['gjs', '-m', '/nowhere/worker.js'], '/nowhere/worker.js'],
    ['a file that cannot be parsed', ['gjs', '-c', 'let let'], 'SyntaxError'],
    ['a file that imports what is not there', ['gjs', '-c', 'imports.nowhere'], 'nowhere'],
    ['a program that is no worker', ['gjs', '-c', 'null'], 'exit status 0'],
]) {
    testWith(`${what} does not start, and says why`, async (executor, context) => {
        context.set_argv(argv);
        const {error} = await call(executor, 'none');
        assert(error.matches(Tf.Error, Tf.Error.WORKER_START), 'WORKER_START');
        assert(error.message.includes(text), error.message);
    });
}

testWith('a thousand jobs are done by two processes', async (executor, context) => {
    const futures = [];
    for (let i = 0; i < 1000; i++)
        futures.push(submit(executor, 'echo', new GLib.Variant('i', i)));
    for (const [i, future] of futures.entries()) {
        await future.wait_async(null);
        assertEqual(future.dup_variant().unpack(), i);
    }
    assert([1, 2].includes(context.get_n_workers()), 'one or two');
});

testWith('a context that is closed takes no more', async (executor, context) => {
    await getPid(executor);
    context.close();
    assert(context.closed, 'closed');
    let error = null;
    try {
        submit(Tf.Executor.new_for_parallel_context(context), 'none');
    } catch (thrown) {
        error = thrown;
    }
    assert(error.matches(Tf.Error, Tf.Error.CLOSED), 'CLOSED');
});

test('a program that was not started as a worker is none', () => assertEqual(Tf.worker_requested(), false));

run();
