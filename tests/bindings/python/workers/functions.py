# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What test_override_processes.py has called in worker processes."""

import atexit
import os
import signal
import sys

import gi

gi.require_version("Tf", "1")
from gi.repository import Gio, GLib, Tf  # noqa: E402


def get_pid():
    return os.getpid()


def echo(*args):
    return args


def describe(*args):
    """What has arrived, as text: the way back does not count."""
    return repr(args)


def fail_at_length(length):
    raise LookupError("é" * length)


class Namespace:
    @staticmethod
    def in_class(number):
        return number + 1

    def method(self):
        return self


def make(name):
    return {
        "none": lambda: None,
        "variant": lambda: GLib.Variant("(si)", ("x", 1)),
        "bytes": lambda: b"\0bytes",
        "glib-bytes": lambda: GLib.Bytes.new(b"bytes"),
        "date-time": lambda: GLib.DateTime.new_utc(2026, 1, 2, 3, 4, 5),
        "enum": lambda: Tf.FutureState.FAILED,
        "list": lambda: [1, None, [b"x"]],
        "dict": lambda: {"a": (1, 2)},
        "set": lambda: {1},
        "large": lambda: 2**64,
        "object": object,
        "gobject": Gio.Cancellable,
        "text": lambda: "nul \0",
    }[name]()


def report_all(first, second, *, progress):
    progress(first)
    progress([first, second])
    progress()
    return "reported"


def report_later(*, progress):
    report_later.progress = progress


def report_now():
    report_later.progress(1)


def takes_it_as_argument(progress):
    return progress


def endless(progress):
    try:
        while True:
            progress(os.getpid())
    finally:
        Tf.Task.get_current().send("cleaned", None)


def count(limit):
    for i in range(limit):
        yield i
    return [limit]


def count_for_ever():
    try:
        while True:
            yield os.getpid()
    finally:
        print("closed", file=sys.stderr, flush=True)


def spin(progress):
    progress(os.getpid())
    while True:
        pass


def hold(path):
    """Whoever reads the pipe sees when this process ends."""
    os.write(os.open(path, os.O_WRONLY), b"x")


def hold_and_spin(path, progress):
    hold(path)
    spin(progress)


def hold_and_count(path):
    hold(path)
    yield from count_for_ever()


def meet(mine, other):
    """Tells the other one who this is, and waits until it has told the same."""
    ends = [os.open(path, os.O_RDWR) for path in (mine, other)]
    os.write(ends[1], str(os.getpid()).encode())
    return os.getpid(), int(os.read(ends[0], 100))


def steps():
    task = Tf.Task.get_current()
    task.set_progress(3, 4, "three")
    task.send("kind", "plain")
    return task.get_name()


def fail():
    raise LookupError("not there")


def fail_for_c():
    raise GLib.Error("no such file", "g-io-error-quark", int(Gio.IOErrorEnum.NOT_FOUND))


def leave():
    sys.exit(3)


def interrupt():
    raise KeyboardInterrupt


def die():
    print("last words", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def print_line(text):
    print(text)


def make_file_at_exit(path):
    atexit.register(lambda: open(path, "w", encoding="utf-8").close())
    return os.getpid()


def get_path():
    return sys.path, sys.argv[1:]
