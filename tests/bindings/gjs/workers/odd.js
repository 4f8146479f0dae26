// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Things to throw that cannot be described without care, for test-override-errors.js and its worker processes.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

function refuse() {
    throw new Error('refused');
}

function withGetter(object, name) {
    return Object.defineProperty(object, name, {get: refuse});
}

function revokedProxy() {
    const {proxy, revoke} = Proxy.revocable({}, {});
    revoke();
    return proxy;
}

export const makers = {
    'toString throws': () => ({toString: refuse}),
    'no prototype': () => Object.create(null),
    'a symbol': () => Symbol('s'),
    'the message throws': () => withGetter(new Error('text'), 'message'),
    'the name throws': () => withGetter(new Error('text'), 'name'),
    'the stack throws': () => withGetter(new Error('text'), 'stack'),
    'the stack is a symbol': () => Object.assign(new Error('text'), {stack: Symbol('s')}),
    'a proxy of an error': () => new Proxy(new Error('text'), {getPrototypeOf: refuse, get: refuse}),
    'a proxy of an object': () => new Proxy({}, {getPrototypeOf: refuse}),
    'a revoked proxy': revokedProxy,
    'NUL': () => new Error('a\0b'),
    'half of a pair': () => new Error('\ud800'),
    'a text that is half of a pair': () => '\ud800',
    'undefined': () => undefined,
    'null': () => null,
    'an error of C whose message throws': () => withGetter(new GLib.Error(Gio.IOErrorEnum, 1, 'text'), 'message'),
    'an error of C whose code throws': () => withGetter(new GLib.Error(Gio.IOErrorEnum, 1, 'text'), 'code'),
    'an error of C by its prototype': () => Object.create(GLib.Error.prototype),
};

export function throwOdd(name) {
    throw makers[name]();
}
