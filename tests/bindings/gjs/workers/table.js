// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A worker of test-override-processes.js, that gives a table of functions, and imports all others.

import System from 'system';
import Tf from 'gi://Tf?version=1';

const double = number => 2 * number;

System.exit(Tf.worker_run({double, 'with a name': text => `${text} of the table`}));
