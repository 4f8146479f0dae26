// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Around the blocks of docs/javascript.md that are statements.

import GLib from 'gi://GLib';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import System from 'system';
import Tf from 'gi://Tf?version=1';

Gio._promisify(Gio.File.prototype, 'load_contents_async', 'load_contents_finish');

const loop = new GLib.MainLoop(null, false);
const progressBar = new (GObject.registerClass({
    Properties: {
        'fraction': GObject.ParamSpec.double('fraction', '', '', GObject.ParamFlags.READWRITE, 0, 1, 0),
    },
}, class ProgressBar extends GObject.Object {}))();
const button = new (GObject.registerClass({
    Properties: {
        'sensitive': GObject.ParamSpec.boolean('sensitive', '', '', GObject.ParamFlags.READWRITE, false),
    },
    Signals: {'clicked': {}},
}, class Button extends GObject.Object {}))();
const label = {text: ''};
const file = Gio.File.new_for_path('/etc/passwd');
let status = 0;

function newFuture() {
    return Tf.Future.delay(1);
}

async function block() {
    /* block */
}

block().catch(error => {
    logError(error);
    status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
