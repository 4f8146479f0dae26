// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Counts the calls of what the override adds or replaces. The entries are looked up: they are the functions of the
// namespace that are not C's. To be imported before the modules whose tests call them.

import Tf from 'gi://Tf?version=1';

import {gather} from './tap.js';

// What GJS itself puts there: the namespace has no more than the name in common with the override.
const NOT_OURS = /^(constructor|toString|prototype|name|length|_init|_original_.*|\$gtype|.*Class|.*Interface)$/;

export const counts = new Map();

function isOfC(func) {
    return /wrapper for native symbol|\[native code\]/.test(func.toString());
}

function count(name, func) {
    counts.set(name, 0);
    return Object.assign(function (...args) {
        counts.set(name, counts.get(name) + 1);
        return func.apply(this, args);
    }, func);
}

function textOf(key) {
    return typeof key === 'symbol' ? `[${key.description}]` : key;
}

function countEntries(owner, prefix) {
    for (const key of Reflect.ownKeys(owner)) {
        if (typeof key === 'string' && NOT_OURS.test(key))
            continue;
        const name = `${prefix}${textOf(key)}`;
        const descriptor = Object.getOwnPropertyDescriptor(owner, key);
        if (typeof descriptor?.value === 'function' && !descriptor.value.prototype?.constructor?.$gtype) {
            if (!isOfC(descriptor.value))
                owner[key] = count(name, descriptor.value);
        } else if (descriptor?.get && descriptor.configurable && !isOfC(descriptor.get)) {
            Object.defineProperty(owner, key, {...descriptor, get: count(name, descriptor.get)});
        }
    }
}

function countAll() {
    countEntries(Tf, 'Tf.');
    for (const name of Object.getOwnPropertyNames(Tf)) {
        const type = Tf[name];
        if (typeof type !== 'function' || !type.prototype || NOT_OURS.test(name) || !type.$gtype)
            continue;
        countEntries(type, `Tf.${name}.`);
        countEntries(type.prototype, `Tf.${name}.prototype.`);
    }
}

countAll();
gather();
