// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What test-override-processes.js has called in worker processes.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tf from 'gi://Tf?version=1';

Gio._promisify(Gio.File.prototype, 'load_contents_async', 'load_contents_finish');

export const notAFunction = 1;

export const getPid = () => new Gio.Credentials().get_unix_pid();

// What has arrived, as text: the way back does not count.
export function describe(...args) {
    return JSON.stringify(args, (_key, value) => value instanceof Uint8Array ? `bytes ${value.join()}` : value);
}

const results = {
    'nothing': () => undefined,
    'null': () => null,
    'a boolean': () => false,
    'an integer': () => 2 ** 40,
    'a fraction': () => 0.5,
    'a string': () => 'grün',
    'a variant': () => new GLib.Variant('(si)', ['x', 1]),
    'bytes': () => new Uint8Array([1, 2]),
    'an array': () => [1, null, ['a']],
    'an object': () => ({a: {b: 1.5}}),
    'a map': () => new Map(),
    'a function': () => () => 1,
    'a big integer': () => 2n ** 70n,
    'a GObject': () => new Gio.Cancellable(),
    'half of a surrogate pair': () => '\ud800',
};

export const echo = (...args) => args;

export const make = name => results[name]();

export function tellAll() {
    const task = Tf.Task.get_current();
    task.report('one');
    task.report([1, {a: null}]);
    task.report(null);
    task.send('kind', new Uint8Array([1]));
    task.set_progress(3, 4, 'three');
    return task.get_name();
}

export function* count(limit) {
    for (let i = 0; i < limit; i++)
        yield i;
    return 'counted';
}

export async function* countLater(limit) {
    for (let i = 0; i < limit; i++) {
        await new Promise(resolve => GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            resolve();
            return GLib.SOURCE_REMOVE;
        }));
        yield i;
    }
    return 'counted later';
}

let nClosed = 0;

export function* forEver() {
    try {
        for (let i = 0; ; i++)
            yield i;
    } finally {
        nClosed++;
    }
}

export async function* forEverLater() {
    try {
        for (let i = 0; ; i++)
            yield i;
    } finally {
        nClosed++;
    }
}

export const getNClosed = () => nClosed;

export function spin() {
    Tf.Task.get_current().report(0);
    for (;;)
        ;
}

// Whoever reads the pipe sees when this process ends.
const held = [];

function hold(path) {
    const stream = Gio.File.new_for_path(path).append_to(Gio.FileCreateFlags.NONE, null);
    stream.write('x', null);
    held.push(stream);
}

export function holdAndSpin(path) {
    hold(path);
    spin();
}

export function* holdAndCount(path) {
    hold(path);
    yield* forEver();
}

export async function load(path) {
    const [contents] = await Gio.File.new_for_path(path).load_contents_async(null);
    return contents.length;
}

export async function waitLong() {
    const task = Tf.Task.get_current();
    const hour = Tf.Future.delay(3600 * 1_000_000);
    task.report('begun');
    await hour.wait_async(task.get_cancellable());
}

// Microseconds that a pause of 20 milliseconds takes.
export function pauseForAMoment() {
    const begin = GLib.get_monotonic_time();
    if (!Tf.Task.get_current().pause(20))
        throw new Error('cancelled');
    return GLib.get_monotonic_time() - begin;
}

export function fail() {
    throw new RangeError('not there');
}

export async function failLater() {
    await null;
    throw new TypeError('not there later');
}

export function throwText() {
    throw 'a text'; // eslint-disable-line no-throw-literal
}

export function failForC() {
    throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND, 'no such file');
}

export const leave = () => System.exit(3);
