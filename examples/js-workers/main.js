// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Squares numbers in two worker processes, which run in parallel: with progress, and with a cancel.

import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

const N_WORKERS = 2;
const worker = GLib.Uri.resolve_relative(import.meta.url, 'worker.js', GLib.UriFlags.NONE);

const context = Tf.ProcessContext.new(N_WORKERS);
context.set_argv(['gjs', '-m', GLib.filename_from_uri(worker)[0]]);
const executor = Tf.Executor.new_for_parallel_context(context);

function range(first, last) {
    return Array.from({length: last - first + 1}, (_, i) => first + i);
}

// Both halves at a time. An array comes back as a variant.
async function squareHalves() {
    const halves = [range(1, 500), range(501, 1000)];
    const futures = halves.map(numbers => executor.submit(Tf.call_task('squareAll', numbers)));
    let nShown = 0;

    for (const future of futures)
        future.connect('notify::fraction', () => nShown++);

    const squares = (await Promise.all(futures)).flatMap(half => half.recursiveUnpack());
    const sum = squares.reduce((a, b) => a + b, 0);
    print(`${squares.length} squares, and their sum is ${sum}`);
    print(`${futures.map(future => `${100 * future.fraction} %`).join(', ')}; the last one: ${futures[1].status}`);
    if (nShown < N_WORKERS)
        throw new Error('There was no progress');
}

// Each of these needs a process to itself, until there are enough squares.
async function squareUntilCancelled() {
    const pids = new Set();
    let nEnough = 0;
    const futures = [1, 2].map(first => executor.submit(Tf.call_task('squareForEver', first, 2)));

    for (const future of futures) {
        let nSquares = 0;
        future.connect('message', (_future, _kind, pid) => pids.add(pid));
        future.connect('item', () => {
            nSquares++;
            if (nSquares === 100 && ++nEnough === N_WORKERS)
                futures.forEach(each => each.cancel());
        });
    }

    await Promise.allSettled(futures);
    const areCancelled = futures.every(future => future.state === Tf.FutureState.CANCELLED);
    print(`${pids.size} processes at work, ${areCancelled ? 'all cancelled' : 'not all cancelled'}`);
}

async function main() {
    await squareHalves();
    await squareUntilCancelled();
}

const loop = new GLib.MainLoop(null, false);
main().catch(logError).finally(() => loop.quit());
loop.run();
executor.shutdown();
