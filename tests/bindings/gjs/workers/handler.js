// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A worker of test-override-processes.js, that has a handler of its own for references “own:name”.

import System from 'system';
import Tf from 'gi://Tf?version=1';

function handle(task, reference) {
    if (reference !== 'own:throw')
        task.return_value(`${reference} of the handler`);
    if (reference.includes('symbol'))
        throw Symbol('thrown in a handler');
    if (reference.includes('throw'))
        throw new RangeError('thrown in a handler');
}

System.exit(Tf.worker_run(handle));
