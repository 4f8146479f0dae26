// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The worker of test-processes.js: a program that has the typelib alone. A reference “js:name” calls a function of its table.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';
import Tf from 'gi://Tf?version=1';

function newValue(type, setter, content) {
    const value = new GObject.Value();
    value.init(type);
    value[setter](content);
    return value;
}

const values = {
    'boolean': () => newValue(GObject.TYPE_BOOLEAN, 'set_boolean', true),
    'int': () => newValue(GObject.TYPE_INT, 'set_int', -(2 ** 31)),
    'uint': () => newValue(GObject.TYPE_UINT, 'set_uint', 2 ** 32 - 1),
    'int64': () => newValue(GObject.TYPE_INT64, 'set_int64', -(2 ** 40)),
    'uint64': () => newValue(GObject.TYPE_UINT64, 'set_uint64', 2 ** 40),
    'double': () => newValue(GObject.TYPE_DOUBLE, 'set_double', 0.1),
    'string': () => newValue(GObject.TYPE_STRING, 'set_string', 'grün 🌳'),
    'long string': () => newValue(GObject.TYPE_STRING, 'set_string', 'ä'.repeat(1_000_000)),
    'variant': () => newValue(GObject.TYPE_VARIANT, 'set_variant', new GLib.Variant('(si)', ['x', 1])),
    'bytes': () => new GLib.Bytes([0, 1, 2]),
    'enumeration': () => newValue(Tf.FutureState.$gtype, 'set_enum', Tf.FutureState.FAILED),
    'flags': () => newValue(Tf.FutureSetFlags.$gtype, 'set_flags', Tf.FutureSetFlags.CANCEL_REST),
};

const getPid = () => new Gio.Credentials().get_unix_pid();

const functions = {
    value: task => task.return_value(values[task.get_argument().unpack()]()),
    echo: task => task.return_variant(task.get_argument()),
    none: task => task.return_none(),

    pid: task => task.return_int64(getPid()),

    tell(task) {
        task.set_progress(1, 4, 'one');
        task.advance(1);
        task.set_total(5);
        task.report_int64(1);
        task.yield_string('item');
        task.send_variant('kind', new GLib.Variant('as', ['message']));
        task.report_int64(2);
        task.set_status('two');
        task.return_none();
    },

    untilCancelled(task) {
        let i = 0;
        while (task.report_int64(i))
            i++;
        task.return_boolean(Tf.Task.get_current().is_cancelled());
    },

    pause(task) {
        task.report_int64(0);
        task.return_boolean(task.pause(Number.MAX_SAFE_INTEGER));
    },

    spin(task) {
        task.report_int64(0);
        for (;;)
            ;
    },

    fail: task => task.return_failure('Type', 'the text', 'the stack', null),
    failWithError: task => task.return_new_error(Tf.error_quark(), Tf.Error.INVALID_ARGUMENT, 'not there'),
    throws() {
        throw new RangeError('thrown in a handler');
    },
    leave: () => System.exit(3),
    die() {
        printerr('last words');
        GLib.spawn_command_line_sync(`kill -KILL ${getPid()}`);
    },
};

if (!Tf.worker_requested()) {
    printerr('This is no worker');
    System.exit(1);
}
System.exit(Tf.worker_run((task, reference) => functions[reference.replace('js:', '')](task)));
