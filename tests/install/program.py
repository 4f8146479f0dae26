# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program of somebody else: it knows the installed typelib."""

import gi

gi.require_version("Tf", "1")
from gi.repository import GLib, Tf  # noqa: E402

promise = Tf.Promise.new("seven")
GLib.idle_add(lambda: promise.resolve_int64(7) and GLib.SOURCE_REMOVE)
promise.wait(30_000_000, None)
print(promise.get_int64() ** 2)
