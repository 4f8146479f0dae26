// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The library as JavaScript sees it through the typelib alone. A function of JavaScript cannot run in another thread: GJS
// refuses it with a critical on standard error, and the future has to say so. Newer versions of GJS crash instead, and what
// needs a function that is called is skipped there; with the override no function comes that far. Nothing of C that sends
// something can be named from here, so values of "progress", "item" and "message" are seen by the tests in Python and Vala.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';
import Tf from 'gi://Tf?version=1';

import {test, run, Skip, assert, assertEqual} from '../../support/tap.js';

Gio._promisify(Tf.Future.prototype, 'wait_async', 'wait_finish');
Gio._promisify(Tf.Executor.prototype, 'submit_async', 'submit_finish');

const neverRun = () => {
    throw new Error('a function of JavaScript ran in another thread');
};

// Tried in a process of its own and without the library: GIO, too, can call a function in another thread. It ends by its
// first critical, or by the crash.
const TRIAL = `
    const {Gio, GLib} = imports.gi;
    Gio.io_scheduler_push_job(() => false, 0, null);
    new GLib.MainLoop(null, false).run();
`;
const SIGTRAP = 5;

function isRefused() {
    const launcher = Gio.SubprocessLauncher.new(Gio.SubprocessFlags.STDERR_SILENCE);
    launcher.setenv('G_DEBUG', 'fatal-criticals', true);
    const trial = launcher.spawnv(['gjs', '-c', TRIAL]);
    trial.wait(null);
    return trial.get_if_signaled() && trial.get_term_sig() === SIGTRAP;
}

const functionsAreRefused = isRefused();

// A test in which a thread calls a function of JavaScript.
function testOfThread(name, func) {
    test(name, () => {
        if (!functionsAreRefused)
            throw new Skip(`GJS ${System.version} crashes when another thread calls a function`);
        return func();
    });
}

function errorOf(func) {
    try {
        func();
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

testOfThread('a function offered to a thread fails with a clear error', async () => {
    const executor = Tf.Executor.new();
    const future = executor.submit_call(neverRun);
    await future.wait_async(null);
    assertEqual(future.state, Tf.FutureState.FAILED);
    const error = errorOf(() => future.dup_value());
    assert(error instanceof GLib.Error, 'a GLib.Error');
    assert(error.matches(Tf.Error, Tf.Error.NO_RESULT), 'NO_RESULT');
    assert(error.message.includes('another thread'), 'a clear text');
    assert(future.error.matches(Tf.Error, Tf.Error.NO_RESULT), 'NO_RESULT in the property');
    assert(executor.shutdown(-1), 'shutdown');
});

testOfThread('a task fails the same way', async () => {
    const executor = Tf.Executor.new();
    const task = Tf.Task.new(neverRun);
    task.set_name('script');
    task.set_location('here:1');
    const future = executor.submit(task);
    await future.wait_async(null);
    assert(errorOf(() => future.get_int64()).matches(Tf.Error, Tf.Error.NO_RESULT), 'NO_RESULT');
    assert(future.error.message.includes('script'), 'the name in the text');
    assertEqual(future.name, 'script');
    assertEqual(future.dup_location(), 'here:1');
    assert(executor.shutdown(-1), 'shutdown');
});

testOfThread('submit_async rejects', async () => {
    const executor = Tf.Executor.new();
    let error = null;
    try {
        await executor.submit_async(Tf.Task.new(neverRun), null);
    } catch (thrown) {
        error = thrown;
    }
    assert(error?.matches(Tf.Error, Tf.Error.NO_RESULT), 'NO_RESULT');
    assert(executor.shutdown(-1), 'shutdown');
});

testOfThread('signals and notifications come in order', async () => {
    const executor = Tf.Executor.new();
    const future = executor.submit_call(neverRun);
    const seen = [];
    future.connect('notify::state', f => seen.push(f.state));
    future.connect('notify::done', f => seen.push(f.done));
    future.connect('done', f => seen.push(f === future ? 'done' : 'another'));
    await future.wait_async(null);
    assertEqual(JSON.stringify(seen),
        JSON.stringify([Tf.FutureState.EXECUTING, Tf.FutureState.FAILED, true, 'done']));
    assert(future.error !== null, 'the error');
    assert(executor.shutdown(-1), 'shutdown');
});

testOfThread('properties have values of JavaScript', async () => {
    const executor = new Tf.Executor({max_workers: 3, dispatch_budget: 2000});
    assertEqual(executor.max_workers, 3);
    assertEqual(executor.dispatch_budget, 2000);
    assertEqual(executor.state, Tf.ExecutorState.RUNNING);
    assertEqual(executor.running, true);
    assert(executor.parallel_context instanceof Tf.ThreadContext, 'a context');
    assertEqual(executor.n_waiting, 0);

    const future = executor.submit_call(neverRun);
    assertEqual(executor.get_n_items(), 1);
    assert(executor.get_item(0) === future, 'the future in the list');
    assertEqual(future.state, Tf.FutureState.WAITING);
    assertEqual(future.cancellable, true);
    assertEqual(future.fraction, 0);
    assertEqual(future.total_steps, -1);
    assertEqual(future.status, null);
    assertEqual(future.value, null);
    assertEqual(future.error, null);
    await future.wait_async(null);
    assert(future.error !== null, 'the error');
    assert(executor.shutdown(-1), 'shutdown');
    assertEqual(executor.stopped, true);
});

testOfThread('cancel and abort', async () => {
    const executor = Tf.Executor.new();
    let future = executor.submit_call(neverRun);
    assertEqual(future.cancel(), true);
    assertEqual(future.cancel(), false);
    assertEqual(future.state, Tf.FutureState.CANCELLING);
    await future.wait_async(null);
    assertEqual(future.state, Tf.FutureState.CANCELLED);
    assert(errorOf(() => future.dup_value()).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');

    future = executor.submit_call(neverRun);
    assertEqual(future.abort('enough'), true);
    assert(errorOf(() => future.abort(null)).matches(Tf.Error, Tf.Error.DONE), 'DONE');
    await future.wait_async(null);
    assertEqual(future.error.message, 'enough');
    assert(executor.shutdown(-1), 'shutdown');
});

test('several arguments of a signal are values', async () => {
    const store = new Gio.ListStore({item_type: Gio.SimpleAction.$gtype});
    const changed = Tf.Future.from_signal(store, 'items-changed');
    store.append(Gio.SimpleAction.new('action', null));
    await changed.wait_async(null);
    const values = changed.dup_value();
    assert(values instanceof Tf.Values, 'Tf.Values');
    assertEqual([0, 1, 2].map(i => values.get(i)).join(), '0,0,1');
    assertEqual(values.get_n(), 3);
});

test('errors are GLib.Error', () => {
    const executor = Tf.Executor.new();
    assert(executor.stop(), 'stop');
    assert(executor.stop(), 'a second stop');
    assert(errorOf(() => executor.submit_call(neverRun)).matches(Tf.Error, Tf.Error.NOT_RUNNING), 'NOT_RUNNING');

    const context = Tf.ThreadContext.new(1);
    const other = Tf.Executor.new_for_parallel_context(context);
    context.close();
    assert(errorOf(() => other.submit_call(neverRun)).matches(Tf.Error, Tf.Error.CLOSED), 'CLOSED');
    assert(other.shutdown(-1), 'shutdown');
});

testOfThread('a callback comes in the main loop', async () => {
    const executor = Tf.Executor.new();
    const seen = [];
    const task = Tf.Task.new(neverRun);
    task.set_callback(future => seen.push(future.error.matches(Tf.Error, Tf.Error.NO_RESULT)));
    await executor.submit(task).wait_async(null);
    assertEqual(JSON.stringify(seen), '[true]');
    assert(executor.shutdown(-1), 'shutdown');
});

testOfThread('a class of future of one\'s own', async () => {
    const seen = [];
    const Own = GObject.registerClass(class OwnFuture extends Tf.Future {
        vfunc_done() {
            seen.push(this.name);
        }
    });
    const executor = Tf.Executor.new();
    const task = Tf.Task.new(neverRun);
    task.set_name('own');
    task.set_future_type(Own.$gtype);
    const future = executor.submit(task);
    assert(future instanceof Own, 'an instance of the class');
    await future.wait_async(null);
    assert(future.error !== null, 'the error');
    assertEqual(JSON.stringify(seen), '["own"]');
    assert(executor.shutdown(-1), 'shutdown');
});

testOfThread('task-failed tells of the failure', async () => {
    const executor = Tf.Executor.new();
    const seen = [];
    executor.connect('task-failed', (e, future) => seen.push(future.error.code));
    await executor.submit_call(neverRun).wait_async(null);
    assertEqual(JSON.stringify(seen), JSON.stringify([Tf.Error.NO_RESULT]));
    assert(executor.shutdown(-1), 'shutdown');
});

test('names that must not exist', () => {
    for (const name of ['run_gtask', 'submit_call_for_bindings', 'submit_then_for_bindings'])
        assertEqual(Tf.Executor.prototype[name], undefined);
    for (const name of ['return_pointer', 'return_boxed'])
        assertEqual(Tf.Task.prototype[name], undefined);
    for (const name of ['steal_pointer', 'dup_boxed'])
        assertEqual(Tf.Future.prototype[name], undefined);
    assertEqual(Tf.Promise.prototype.reject_new_error, undefined);
    for (const name of ['new_for_finish', 'ready_cb'])
        assertEqual(Tf.Promise[name], undefined);
    assertEqual(Tf.WorkerPool.prototype.push, undefined);
    assertEqual(Tf.Task.new_for_bindings, undefined);
    assertEqual(Tf.Task.new_with_argument, undefined);
    assertEqual(Tf.Task.get_current(), null);
});

run();
