// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A program of somebody else: it knows the installed typelib, and the override.

import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

const loop = new GLib.MainLoop(null, false);

async function main() {
    const future = Tf.spawn(async () => {
        await Tf.Future.delay(0);
        return {n: 7};
    });
    const {n} = await future;
    print(n * n);
}

main().catch(logError).finally(() => loop.quit());
loop.run();
