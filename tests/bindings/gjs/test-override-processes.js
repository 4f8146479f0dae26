// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Worker processes as programs in JavaScript use them, with the override: functions of modules are called in one.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

import {test, run, assert, assertEqual} from '../../support/tap.js';

Gio._promisify(Gio.Subprocess.prototype, 'communicate_utf8_async', 'communicate_utf8_finish');

const folder = Gio.File.new_for_uri(import.meta.url).get_parent();
const FUNCTIONS = folder.resolve_relative_path('workers/functions.js').get_uri();

function testWith(name, func) {
    test(name, async () => {
        const context = new Tf.ProcessContext({max_workers: 2});
        const executor = Tf.Executor.new_for_parallel_context(context);
        try {
            await func(executor, context);
        } finally {
            assert(executor.shutdown(), 'shutdown');
            context.close();
        }
    });
}

function submit(executor, name, ...args) {
    return executor.submit(Tf.call_task(`${FUNCTIONS}#${name}`, ...args));
}

async function errorOf(thing) {
    try {
        await thing;
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

testWith('arguments arrive as they were', async executor => {
    for (const args of [
        [],
        [null, true, 0, 2 ** 53 - 1, -(2 ** 53 - 1), 1.5, 'grün', ''],
        [[], [1, [2, null]], {}, {a: {b: ['c']}}],
    ])
        assertEqual(await submit(executor, 'describe', ...args), JSON.stringify(args));
    assertEqual(await submit(executor, 'describe', new Uint8Array([1, 2])), '["bytes 1,2"]');
});

testWith('submit_async() gives the value', async executor => {
    const run = (...args) => executor.submit_async(Tf.call_task(`${FUNCTIONS}#make`, ...args), null);
    assertEqual(await run('an integer'), 2 ** 40);
    assertEqual(await run('a string'), 'grün');
    assertEqual(await run('nothing'), null);
    const value = await new Promise((resolve, reject) => {
        executor.submit_async(Tf.call_task(`${FUNCTIONS}#make`, 'a fraction'), null, (source, result) => {
            try {
                resolve(source.submit_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
    assertEqual(value, 0.5);
    const error = await errorOf(executor.submit_async(Tf.call_task(`${FUNCTIONS}#notThere`), null));
    assert(error instanceof GLib.Error, `${error}`);
});

testWith('large arrays and objects travel both ways', async executor => {
    const numbers = Array.from({length: 10000}, (_, i) => i);
    const table = Object.fromEntries(numbers.slice(0, 1000).map(i => [`key${i}`, [i, null, 0.5, true, 'é']]));
    const [first, second] = (await submit(executor, 'echo', numbers, table)).recursiveUnpack();
    assertEqual(JSON.stringify(first), JSON.stringify(numbers));
    assertEqual(JSON.stringify(second), JSON.stringify(table));
});

testWith('a value beyond the limit of the context is refused', async (executor, context) => {
    context.max_value_size = 100000;
    context.max_text_size = 2000;
    const {max_value_size: value, max_text_size: text, max_pending_size: pending} = context;
    assertEqual(JSON.stringify([value, text, pending]), JSON.stringify([100000, 2000, 64 * 1024 * 1024]));
    const error = await errorOf(submit(executor, 'echo', new Uint8Array(100001)));
    assert(error.matches(Tf.Error, Tf.Error.NOT_PORTABLE), `${error}`);
});

testWith('any variant is arguments', async executor => {
    for (const [text, expected] of [
        ['int64 1', '[1]'],
        ["(1, 'a')", '[1,"a"]'],
        ["['a', 'b']", '[["a","b"]]'],
        ["{1: 'one'}", '[{"1":"one"}]'],
        ["<'boxed'>", '["boxed"]'],
    ]) {
        const argument = GLib.Variant.parse(null, text, null, null);
        const future = executor.submit(Tf.Task.new_for_reference(`js:${FUNCTIONS}#describe`, argument));
        assertEqual(await future, expected);
    }
});

test('an argument that cannot travel is refused at once', () => {
    for (const value of [new Map(), () => 1, Symbol('s'), 2n, new Gio.Cancellable(), 'a\0b', '\ud800', [[new Set()]],
        new (class Own {})()]) {
        let error = null;
        try {
            Tf.call_task('name', value);
        } catch (thrown) {
            error = thrown;
        }
        assert(error?.matches?.(Tf.Error, Tf.Error.NOT_PORTABLE), `NOT_PORTABLE for ${String(value)}`);
    }
});

test('a function without a name is refused at once', () => {
    let error = null;
    try {
        Tf.call_task(() => 1);
    } catch (thrown) {
        error = thrown;
    }
    assert(error?.matches?.(Tf.Error, Tf.Error.NOT_PORTABLE), String(error));
    assert(error.message.startsWith('A function without a name'), error.message);
});

for (const [name, check] of Object.entries({
    'nothing': value => value === undefined,
    'null': value => value === undefined,
    'a boolean': value => value === false,
    'an integer': value => value === 2 ** 40,
    'a fraction': value => value === 0.5,
    'a string': value => value === 'grün',
    'a variant': value => value.print(true) === "('x', 1)",
    'bytes': value => value.get_data().join() === '1,2',
    'an array': value => JSON.stringify(value.recursiveUnpack()) === '[1,null,["a"]]',
    'an object': value => JSON.stringify(value.recursiveUnpack()) === '{"a":{"b":1.5}}',
}))
    testWith(`${name} is a result`, async executor => assert(check(await submit(executor, 'make', name)), 'the value'));

testWith('a result that cannot travel fails', async executor => {
    for (const name of ['a map', 'a function', 'a big integer', 'a GObject', 'half of a surrogate pair']) {
        const error = await errorOf(submit(executor, 'make', name));
        assert(error.matches(Tf.Error, Tf.Error.NOT_PORTABLE), `${name}: ${error}`);
    }
});

testWith('a reference that is wrong fails', async executor => {
    for (const [reference, type, text] of [
        [`js:${FUNCTIONS}#notAFunction`, null, 'exports no function'],
        [`js:${FUNCTIONS}#nothing`, null, 'exports no function'],
        ['js:/nowhere/file.js#name', 'ImportError', '/nowhere/file.js'],
        ['js:nothing', null, 'no function that this worker has'],
        ['py:module:name', null, 'no function that this worker has'],
        ['js:toString', null, 'no function that this worker has'],
    ]) {
        const future = executor.submit(Tf.Task.new_for_reference(reference, null));
        const error = await errorOf(future);
        assertEqual(future.get_failure_type(), type);
        assert(error.message.includes(text), error.message);
    }
});

testWith('a worker has a table of functions', async (executor, context) => {
    context.set_argv(['gjs', '-m', folder.resolve_relative_path('workers/table.js').get_path()]);
    const double = () => 'not this one';
    assertEqual(await executor.submit(Tf.call_task(double, 21)), 42);
    assertEqual(await executor.submit(Tf.call_task('with a name', 'text')), 'text of the table');
    assertEqual(await submit(executor, 'describe', 1), '[1]');
});

testWith('a worker has a handler, which may throw, also after it has returned', async (executor, context) => {
    const own = name => executor.submit(Tf.Task.new_for_reference(`own:${name}`, null));
    context.set_argv(['gjs', '-m', folder.resolve_relative_path('workers/handler.js').get_path()]);
    assertEqual(await own('name'), 'own:name of the handler');
    assert((await errorOf(own('throw'))).matches(Tf.Error, Tf.Error.NO_RESULT), 'NO_RESULT');
    assertEqual(await own('return and throw'), 'own:return and throw of the handler');
    assertEqual(await own('return and throw a symbol'), 'own:return and throw a symbol of the handler');
    assertEqual(await own('name'), 'own:name of the handler');
});

testWith('a function has its task', async executor => {
    const future = submit(executor, 'tellAll');
    const news = [];
    future.connect('progress', (_future, value) => news.push(value?.print?.(false) ?? value));
    future.connect('message', (_future, kind, value) => news.push(`${kind} ${value.get_size()}`));
    assertEqual(await future, 'tellAll');
    assertEqual(JSON.stringify(news), JSON.stringify(['one', "[<int64 1>, <{'a': <@mv nothing>}>]", null, 'kind 1']));
    assertEqual(`${future.completed_steps} ${future.total_steps} ${future.status}`, '3 4 three');
});

for (const [name, result] of [['count', 'counted'], ['countLater', 'counted later']]) {
    testWith(`the generator ${name}() yields items`, async executor => {
        const future = submit(executor, name, 5);
        const items = [];
        for await (const item of future)
            items.push(item);
        assertEqual(items.join(), '0,1,2,3,4');
        assertEqual(await future, result);
    });
}

for (const name of ['forEver', 'forEverLater']) {
    testWith(`the generator ${name}() is closed by a cancel`, async executor => {
        const future = submit(executor, name);
        for await (const item of future) {
            if (item === 3)
                break;
        }
        await errorOf(future);
        assertEqual(future.state, Tf.FutureState.CANCELLED);
        assertEqual(await submit(executor, 'getNClosed'), 1);
    });
}

testWith('an async function waits for GIO, and is cancelled there', async executor => {
    const pid = await submit(executor, 'getPid');
    assert(await submit(executor, 'load', '/etc/passwd') > 0, 'a size');

    const future = submit(executor, 'waitLong');
    future.connect('progress', () => future.cancel());
    const error = await errorOf(future);
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
    assertEqual(await submit(executor, 'getPid'), pid);
});

testWith('a cancel ends what does not look', async (executor, context) => {
    context.set_grace(0, Infinity);
    context.set_idle_timeout(60_000);
    context.set_start_retry_timeout(Infinity);
    assertEqual(context.get_start_retry_timeout(), Infinity);
    context.set_start_retry_timeout(2_500);
    assertEqual(context.get_start_retry_timeout(), 2_500);
    assert(await submit(executor, 'pauseForAMoment') >= 20_000, 'milliseconds');
    const pid = await submit(executor, 'getPid');
    const future = submit(executor, 'spin');
    future.connect('progress', () => future.cancel());
    const error = await errorOf(future);
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'CANCELLED');
    assert(await submit(executor, 'getPid') !== pid, 'another process');
});

testWith('what is thrown is a failure, and spares the worker', async executor => {
    const pid = await submit(executor, 'getPid');
    for (const [name, type, text] of [
        ['fail', 'RangeError', 'not there'],
        ['failLater', 'TypeError', 'not there later'],
        ['throwText', 'string', 'a text'],
    ]) {
        const future = submit(executor, name);
        const error = await errorOf(future);
        assert(error.matches(Tf.Error, Tf.Error.EXCEPTION), 'EXCEPTION');
        assertEqual(future.get_failure_type(), type);
        assertEqual(future.get_failure_text(), text);
        assertEqual((future.get_failure_traceback() ?? '').includes(`${name}@`), name !== 'throwText');
    }
    const error = await errorOf(submit(executor, 'failForC'));
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND), 'NOT_FOUND');
    assertEqual(await submit(executor, 'getPid'), pid);
});

testWith('a function that ends the process has lost it', async executor => {
    const error = await errorOf(submit(executor, 'leave'));
    assert(error.matches(Tf.Error, Tf.Error.WORKER_LOST), 'WORKER_LOST');
    assert(error.message.includes('exit status 3'), error.message);
    assertEqual(await submit(executor, 'describe'), '[]');
});

testWith('a thousand jobs are done by two processes', async executor => {
    const futures = [];
    for (let i = 0; i < 1000; i++)
        futures.push(submit(executor, 'describe', i));
    for (const [i, future] of futures.entries())
        assertEqual(await future, `[${i}]`);
});

// Two workers are busy, and more waits, when the rest of the program comes.
const IN_FLIGHT = `
    imports.gi.versions.Tf = '1';
    const {Gio, GLib, Tf} = imports.gi;
    const [functions, path] = ARGV;
    const context = Tf.ProcessContext.new(2);
    const executor = Tf.Executor.new_for_parallel_context(context);
    const futures = ['holdAndSpin', 'holdAndCount'].map(name => executor.submit(Tf.call_task(functions + '#' + name, path)));
    for (let i = 0; i < 100; i++)
        futures.push(executor.submit(Tf.call_task(functions + '#getPid')));
    let isBusy = false;
    let isCounting = false;
    futures[0].connect('progress', () => (isBusy = true));
    futures[1].connect('item', () => (isCounting = true));
    const main = GLib.MainContext.default();
    while (!isBusy || !isCounting)
        main.iteration(true);`;

function command(...argv) {
    const process = Gio.Subprocess.new(argv, Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);
    return process.communicate_utf8_async(null, null).then(([printed, told]) => ({process, printed, told}));
}

for (const [rest, status, told] of [
    ['', 0, ''],
    ['executor.stop();', 0, ''],
    ['executor.stop(); main.iteration(false);', 0, ''],
    ['context.close();', 0, ''],
    ['context.set_grace(0, 0); executor.shutdown();', 0, ''],
    ['futures[0].cancel(); futures[1].chain(() => 1);', 0, ''],
    ['Tf.spawn(async () => { await futures[0]; }); Tf.Future.delay(100_000).chain(() => 1); main.iteration(false);', 0, ''],
    ['imports.system.exit(3);', 3, ''],
    ["throw new RangeError('out');", 1, 'RangeError: out'],
    ["new Gio.Subprocess({argv: ['kill', '-KILL', `${new Gio.Credentials().get_unix_pid()}`]}).init(null); " +
        'for (;;) ;', -9, ''],
]) {
    test(`a program ends with work in flight: ${rest.slice(0, 40) || 'it just ends'}`, async () => {
        const directory = GLib.Dir.make_tmp('tf-test-XXXXXX');
        const path = GLib.build_filenamev([directory, 'pipe']);
        await command('mkfifo', path);
        const heard = command('cat', path);
        const {process, printed, told: errors} = await command('gjs', '-c', `${IN_FLIGHT}\n${rest}`, FUNCTIONS, path);
        assertEqual(printed, '');
        assert(told === '' ? errors === '' : errors.includes(told), `“${errors}” to be “${told}”`);
        assertEqual(process.get_if_signaled() ? -process.get_term_sig() : process.get_exit_status(), status);
        // It ends when no worker has the pipe open any more.
        assertEqual((await heard).printed, 'xx');
        GLib.unlink(path);
        GLib.rmdir(directory);
    });
}

test('the constructors make the same', () => {
    assertEqual(Tf.ProcessContext.new(3).max_workers, 3);
    assertEqual(new Tf.ProcessContext({max_workers: 3}).max_workers, 3);
    assert(Tf.ProcessContext.new().max_workers >= 1, 'as many as there are processors');
});

test('the example prints what it should', async () => {
    const program = folder.resolve_relative_path('../../../examples/js-workers/main.js').get_path();
    const process = Gio.Subprocess.new(['gjs', '-m', program], Gio.SubprocessFlags.STDOUT_PIPE);
    const output = await Tf.Future.from_subprocess_output(process, null);
    assertEqual(new TextDecoder().decode(output.get_data()), [
        '1000 squares, and their sum is 333833500',
        '100 %, 100 %; the last one: 1000² is 1000000',
        '2 processes at work, all cancelled',
        '',
    ].join('\n'));
});

run();
