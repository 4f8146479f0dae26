# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The worker of test_processes.py: a program that has the typelib alone. A reference "py:worker:name" calls name()."""

import os
import signal
import sys
import threading

import gi

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402

VALUES = {
    "none": None,
    "boolean": GObject.Value(GObject.TYPE_BOOLEAN, True),
    "char": GObject.Value(GObject.TYPE_CHAR, 65),
    "uchar": GObject.Value(GObject.TYPE_UCHAR, 200),
    "int": GObject.Value(GObject.TYPE_INT, -(2**31)),
    "uint": GObject.Value(GObject.TYPE_UINT, 2**32 - 1),
    "long": GObject.Value(GObject.TYPE_LONG, -(2**40)),
    "ulong": GObject.Value(GObject.TYPE_ULONG, 2**40),
    "int64": GObject.Value(GObject.TYPE_INT64, -(2**63)),
    "uint64": GObject.Value(GObject.TYPE_UINT64, 2**64 - 1),
    "float": GObject.Value(GObject.TYPE_FLOAT, 0.5),
    "double": GObject.Value(GObject.TYPE_DOUBLE, 0.1),
    "enum": GObject.Value(Tf.FutureState, Tf.FutureState.FAILED),
    "flags": GObject.Value(Tf.FutureSetFlags, Tf.FutureSetFlags.CANCEL_REST),
    "string": GObject.Value(GObject.TYPE_STRING, "grün 🌳"),
    "long-string": GObject.Value(GObject.TYPE_STRING, "ä" * 1_000_000),
    "strv": GObject.Value(GObject.TYPE_STRV, ["a", "", "ä"]),
    "variant": GObject.Value(GObject.TYPE_VARIANT, GLib.Variant("(sa{sv})", ("x", {"y": GLib.Variant("i", 1)}))),
    "bytes": GObject.Value(GLib.Bytes, GLib.Bytes.new(b"\0\1\2")),
    "long-bytes": GObject.Value(GLib.Bytes, GLib.Bytes.new(bytes(range(256)) * 4096)),
    "date-time": GObject.Value(GLib.DateTime, GLib.DateTime.new_utc(2026, 1, 2, 3, 4, 5.25)),
}


def value(task):
    task.return_value(VALUES[task.get_argument().get_string()])


def echo(task):
    task.return_variant(task.get_argument())


def get_pid(task):
    task.return_int64(os.getpid())


def tell_all(task):
    assert Tf.Task.get_current() is not None
    task.set_progress(1, 4, "one")
    task.advance(1)
    task.set_total(5)
    task.report_int64(1)
    task.yield_string("item")
    task.send_variant("kind", GLib.Variant("as", ["message"]))
    task.report_int64(2)
    task.set_status("two")
    task.return_none()


def until_cancelled(task):
    i = 0
    while task.report_int64(i):
        i += 1
    task.return_int64(i if task.is_cancelled() and task.get_cancellable().is_cancelled() else -1)


def spin(task):
    task.report_int64(os.getpid())
    while True:
        pass


def spin_deaf(task):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    spin(task)


def fail(task):
    task.return_failure("some.Type", "the text", "the traceback", None)


def fail_with_error(task):
    task.return_error(GLib.Error("not there", "g-io-error-quark", int(Gio.IOErrorEnum.NOT_FOUND)))


def throw(task):
    raise ValueError("thrown in a handler")


def leave(task):
    sys.exit(3)


def die(task):
    print("last words", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def report_object(task):
    task.report_value(GObject.Value(GObject.TYPE_PYOBJECT, object()))
    task.return_none()


def start_thread(task):
    """A thread that answers when this one is waiting for its next job."""

    def answer(question, reply):
        with open(question, "rb") as read_end:
            text = read_end.read()
        with open(reply, "wb") as write_end:
            write_end.write(text + b" heard")

    threading.Thread(target=answer, args=task.get_argument().unpack(), daemon=True).start()
    task.return_none()


def handle(task, reference, *data):
    assert data == ("data",)
    assert task.get_reference() == reference
    globals()[reference.removeprefix("py:worker:")](task)


if __name__ == "__main__":
    if not Tf.worker_requested():
        sys.exit("This is no worker")
    sys.exit(Tf.worker_run(handle, "data"))
