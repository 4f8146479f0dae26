// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Everything that the override adds or replaces is called by a test, and is on its page. The other tests run once more,
// with a counter in each entry.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {counts} from '../../support/entries.js';
import {test, runGathered, assert, assertEqual} from '../../support/tap.js';

import './test-override.js';
import './test-override-await.js';
import './test-override-processes.js';
import './test-override-units.js';

const PAGE = '../../../docs/javascript.md';

function read(path) {
    const [, bytes] = Gio.File.new_for_uri(GLib.uri_resolve_relative(import.meta.url, path, GLib.UriFlags.NONE))
        .load_contents(null);
    return new TextDecoder().decode(bytes);
}

test('the entries are found', () => {
    const names = [...counts.keys()];
    // One of each kind.
    for (const name of ['Tf.spawn', 'Tf.Future.delay', 'Tf.Future.prototype.then', 'Tf.Promise.prototype.resolve',
        'Tf.Future.prototype.[Symbol.asyncIterator]', 'Tf.Future.prototype.value', 'Tf.Task.new',
        'Tf.MessageRouter.prototype.route_until', 'Tf.CancelFlag.prototype.wait'])
        assert(names.includes(name), `${name} in ${names}`);
    for (const name of ['Tf.Future.prototype.cancel', 'Tf.Future.from_signal', 'Tf.Future.prototype.state'])
        assert(!names.includes(name), `the absence of ${name}, which is C's,`);
});

// Called in the worker processes of test-override-processes.js, whose results show it.
const IN_WORKERS = ['Tf.worker_requested', 'Tf.worker_run', 'Tf.Task.prototype.pause', 'Tf.Task.prototype.report', 'Tf.Task.prototype.return_value',
    'Tf.Task.prototype.send', 'Tf.Task.prototype.yield_item'];

test('each entry is called by a test', () => {
    for (const name of IN_WORKERS)
        assert(counts.has(name), `${name} as an entry`);
    const names = [...counts].filter(([, n]) => n === 0).map(([name]) => name);
    assertEqual(names.filter(name => !IN_WORKERS.includes(name)).join(), '');
});

test('each entry is on its page', () => {
    const page = read(PAGE);
    const isNamed = name => new RegExp(`\\b${name.split('.').pop()}\\b`).test(page);
    const names = [...counts.keys()].filter(name => !name.includes('[Symbol.'));
    assertEqual(names.filter(name => !isNamed(name)).join(), '');
});

runGathered();
