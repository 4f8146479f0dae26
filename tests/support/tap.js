// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Tests in JavaScript:
//
//   import {test, run, assert, assertEqual} from '../../support/tap.js';
//   test('adds', () => assertEqual(1 + 1, 2));
//   test('waits', async () => assertEqual(await answer(), 42));
//   run();

import GLib from 'gi://GLib';
import System from 'system';

const tests = [];
let isGathering = false;

// From now on run() does nothing: the tests of the modules that are imported are run by who gathers them.
export function gather() {
    isGathering = true;
}

export class Skip extends Error {}

export function test(name, func) {
    tests.push({name, func});
}

export function assert(condition, what = 'the condition') {
    if (!condition)
        throw new Error(`${what} does not hold`);
}

export function assertEqual(actual, expected) {
    if (actual !== expected)
        throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
}

async function runAll() {
    let failed = 0;
    print(`1..${tests.length}`);
    for (const [index, {name, func}] of tests.entries()) {
        const line = `${index + 1} ${name}`;
        try {
            await func();
            print(`ok ${line}`);
        } catch (error) {
            if (error instanceof Skip) {
                print(`ok ${line} # SKIP ${error.message}`);
                continue;
            }
            failed++;
            for (const text of `${error}\n${error.stack ?? ''}`.trim().split('\n'))
                print(`# ${text}`);
            print(`not ok ${line}`);
        }
    }
    return failed;
}

export function run() {
    if (isGathering)
        return;
    runGathered();
}

export function runGathered() {
    const loop = new GLib.MainLoop(null, false);
    const seconds = Number(GLib.getenv('TF_TEST_TIMEOUT') ?? 30);
    let status = 1;

    GLib.timeout_add_seconds(GLib.PRIORITY_HIGH, seconds, () => {
        print('Bail out! The tests did not end in time');
        System.exit(1);
    });
    runAll().then(failed => {
        status = failed ? 1 : 0;
    }).catch(logError).finally(() => loop.quit());
    loop.run();
    System.exit(status);
}
