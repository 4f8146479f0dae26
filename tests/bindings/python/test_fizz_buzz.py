# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A task with kinds of messages of its own, and a future of its own with a signal for each."""

import os

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import GLib, GObject, Tf  # noqa: E402

TIMEOUT_US = int(os.environ.get("TF_TEST_TIMEOUT", "150")) * 1_000_000  # of one wait


class FizzBuzz(Tf.Future):
    __gtype_name__ = "PyFizzBuzz"

    number = GObject.Property(type=GObject.TYPE_INT64, default=0)
    fizz = GObject.Signal(arg_types=(GObject.TYPE_INT64,))
    buzz = GObject.Signal(arg_types=(GObject.TYPE_INT64,))
    fizz_buzz = GObject.Signal("fizz-buzz", arg_types=(GObject.TYPE_INT64,))

    def do_message(self, kind, value):
        self.number = value
        if kind != "number":
            self.emit(kind, value)


@pytest.fixture(name="executor")
def fixture_executor():
    executor = Tf.Executor.new()
    yield executor
    assert executor.shutdown(TIMEOUT_US)
    while GLib.MainContext.default().iteration(False):
        pass


def submit(executor, end):
    def body(task):
        for i in range(1, end + 1):
            kind = "fizz-buzz" if i % 15 == 0 else "fizz" if i % 3 == 0 else "buzz" if i % 5 == 0 else "number"
            if not task.send_int64(kind, i):
                break
        task.return_none()

    task = Tf.Task.new(body)
    task.set_future_type(FizzBuzz)
    return executor.submit(task)


def test_fizz_buzz_has_a_signal_for_each_kind(executor):
    seen = []
    numbers = []
    future = submit(executor, 16)
    for kind in ("fizz", "buzz", "fizz-buzz"):
        future.connect(kind, lambda future, number, kind: seen.append((kind, number)), kind)
    future.connect("notify::number", lambda future, pspec: numbers.append(future.number))
    assert future.wait(TIMEOUT_US, None)
    assert seen == [("fizz", 3), ("buzz", 5), ("fizz", 6), ("fizz", 9), ("buzz", 10), ("fizz", 12), ("fizz-buzz", 15)]
    assert numbers == list(range(1, 17))
    assert future.props.state == Tf.FutureState.COMPLETED


def test_fizz_buzz_can_be_cancelled_by_a_handler(executor):
    future = submit(executor, 1_000_000)
    future.connect("fizz-buzz", lambda future, number: future.cancel())
    assert future.wait(TIMEOUT_US, None)
    assert future.number == 15
    assert future.props.state == Tf.FutureState.CANCELLED


def test_fizz_buzz_may_be_detached():
    seen = []
    future = Tf.Future.new_detached(FizzBuzz, lambda: seen.append("asked"))
    future.connect("fizz", lambda future, number: seen.append(number))
    value = GObject.Value(GObject.TYPE_INT64, 3)
    assert future.deliver(Tf.Message.new_started()) == (True, False)
    assert future.deliver(Tf.Message.new("fizz", value)) == (True, False)
    with pytest.raises(GLib.Error) as caught:
        future.deliver(Tf.Message.new_dropped())
    assert caught.value.matches(Tf.error_quark(), Tf.Error.INVALID_STATE)
    assert future.cancel()
    assert future.deliver(Tf.Message.new_returned(None)) == (True, True)
    assert seen == [3, "asked"]
    assert future.props.state == Tf.FutureState.CANCELLED
