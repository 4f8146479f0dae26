// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The worker of main.js, which starts it as “gjs -m worker.js”. Each process runs one function at a time.

import Gio from 'gi://Gio';
import System from 'system';
import Tf from 'gi://Tf?version=1';

// The task of a function is that of the thread. set_progress() returns false once the task is cancelled.
function squareAll(numbers) {
    const task = Tf.Task.get_current();
    const squares = [];

    for (const number of numbers) {
        squares.push(number * number);
        if (!task.set_progress(squares.length, numbers.length, `${number}² is ${number * number}`))
            break;
    }
    return squares;
}

// What a generator yields are items. It is closed when the task is cancelled.
function* squareForEver(first, step) {
    Tf.Task.get_current().send('pid', new Gio.Credentials().get_unix_pid());
    for (let number = first; ; number += step)
        yield number * number;
}

System.exit(Tf.worker_run({squareAll, squareForEver}));
