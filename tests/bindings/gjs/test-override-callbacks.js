// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a function throws that the library calls is told, and never lost: as the failure of a future, by the call, or
// by GJS on the standard error. What GJS tells is looked up in programs of their own.

import Gio from 'gi://Gio';

import {test, run, assertEqual} from '../../support/tap.js';

Gio._promisify(Gio.Subprocess.prototype, 'communicate_utf8_async', 'communicate_utf8_finish');

const PROGRAM = `
    imports.gi.versions.Tf = '1';
    const {Gio, GLib, GObject, Tf} = imports.gi;

    function boom() {
        throw new RangeError('own');
    }

    async function errorOf(thing) {
        try {
            await thing;
        } catch (error) {
            return error;
        }
        return null;
    }

    const loop = new GLib.MainLoop(null, false);
    (async () => { /* body */ })().catch(logError).finally(() => loop.quit());
    loop.run();`;

// The last thing that the body prints, and how often GJS tells of the exception.
function testTold(name, body, output, nTold = 1) {
    test(name, async () => {
        const process = Gio.Subprocess.new(['gjs', '-c', PROGRAM.replace('/* body */', body)],
            Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);
        const [printed, told] = await process.communicate_utf8_async(null, null);
        assertEqual(printed, `${output}\n`);
        assertEqual(told.match(/JS ERROR: RangeError: own/g)?.length ?? 0, nTold);
        assertEqual(told.match(/CRITICAL|WARNING/g)?.length ?? 0, nTold);
        assertEqual(process.get_exit_status(), 0);
    });
}

testTold('on_timeout is told, and the future fails in time', `
    const promise = Tf.Promise.new('promise');
    const error = await errorOf(promise.with_timeout_full(1, Tf.TimeoutAction.LEAVE, boom));
    print(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.TIMED_OUT), promise.is_done());
    promise.resolve();
    await promise;`, 'true false');

testTold('a filter of any() is told, and the member counts', `
    const members = [Tf.Promise.new('first'), Tf.Promise.new('second')];
    const set = Tf.Future.any_skipping(members, Tf.FutureSetFlags.NONE, boom);
    members.forEach((member, i) => member.resolve(i));
    await set;
    print(set.get_winner());`, '0');

testTold('a handler of "abort-requested" is told, and the promise is not given up', `
    const promise = Tf.Promise.new('promise');
    promise.connect('abort-requested', boom);
    try {
        promise.abort('why');
    } catch (error) {
        print(error.matches(Tf.Error, Tf.Error.NOT_CANCELLABLE));
    }
    promise.resolve();
    await promise;`, 'true');

testTold('functions of a class of promises are told', `
    const Own = GObject.registerClass(class Own extends Tf.Promise {
        vfunc_abort_requested() {
            boom();
        }

        vfunc_done() {
            boom();
        }
    });
    const promise = new Own();
    try {
        promise.abort('why');
    } catch {
        promise.resolve('value');
    }
    print(await promise);`, 'value', 2);

testTold('the cancel function of a detached future is told, and the future is cancelled', `
    const future = Tf.Future.new_detached(Tf.Future.$gtype, boom);
    print(future.cancel(), future.state === Tf.FutureState.CANCELLING);
    future.deliver(Tf.Message.new_dropped());
    await errorOf(future);`, 'true true');

testTold('to_future() of an awaitable is told, and its future fails', `
    const Own = GObject.registerClass({Implements: [Tf.Awaitable]}, class Own extends GObject.Object {
        vfunc_to_future() {
            boom();
        }
    });
    const error = await errorOf(Tf.Future.from_object(new Own()));
    print(error.message.includes('Own'));`, 'true');

testTold('a condition of a router is told, and is not true', `
    const router = Tf.ThreadRouter.new(null);
    let nCalls = 0;
    router.start();
    try {
        router.route_until(() => nCalls++ === 0 && boom(), 10);
    } catch (error) {
        print(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.TIMED_OUT));
    }
    router.stop();`, 'true');

testTold('a clock is told, and has no time', `
    const Own = GObject.registerClass({Implements: [Tf.Clock]}, class Own extends GObject.Object {
        vfunc_get_time() {
            boom();
        }
    });
    print(new Own().get_time());`, '0');

testTold('handlers are told, and the future completes', `
    const promise = Tf.Promise.new('promise');
    for (const signal of ['progress', 'item', 'notify::state', 'done'])
        promise.connect(signal, boom);
    promise.report(1);
    promise.yield_item(1);
    promise.resolve('value');
    print(await promise);`, 'value', 4);

testTold('a handler of a cancellable is told', `
    const promise = Tf.Promise.new('promise');
    promise.get_gcancellable().connect(boom);
    promise.cancel();
    promise.reject(new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, 'cancelled'));
    await errorOf(promise);
    print(promise.state === Tf.FutureState.CANCELLED);`, 'true');

testTold('what becomes a failure is thrown, and not told', `
    const model = Gio.ListStore.new(Gio.Cancellable.$gtype);
    model.append(new Gio.Cancellable());
    const executor = Tf.Executor.new();
    const begun = Tf.Promise.new('begun');
    begun.resolve();
    const failed = Tf.promise(Promise.reject(new Error('another')));
    const executed = Tf.Promise.new('executed');
    executed.execute(boom);
    const thrown = [];
    for (const begin of [
        () => begun.chain(boom),
        () => failed.recover(boom),
        () => begun.ensure(boom),
        () => begun.then(boom),
        () => Tf.spawn(boom),
        () => Tf.spawn(async () => boom()),
        () => executed,
        () => executor.map(2, boom, 1, Tf.FutureSetFlags.NONE),
        () => executor.map_model(model, boom, 1, Tf.FutureSetFlags.NONE),
    ])
        thrown.push(await errorOf((async () => { await begin(); })()));
    executor.shutdown();
    print(thrown.map(error => error.message).join());`, Array(9).fill('own').join(), 0);

run();
