# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bodies that wait for promises and coroutines of their own, while the program has not run its main loop yet."""

import threading

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import GLib, Tf  # noqa: E402  pylint: disable=wrong-import-position


def wait_for_promise(threads):
    promise = Tf.Promise()

    def answer():
        threads.append(threading.current_thread())
        promise.resolve("yes")

    GLib.idle_add(answer)
    promise.wait()
    return promise.result


def wait_for_coroutine(threads):
    async def ask():
        threads.append(threading.current_thread())
        return "yes"

    future = Tf.spawn(ask())
    future.wait()
    return future.result


@pytest.mark.parametrize("body", [wait_for_promise, wait_for_coroutine])
def test_main_context_runs_in_main_thread(body):
    """A body that waits blocks until the main thread runs the main context."""
    executor = Tf.Executor(max_workers=1)
    threads = []
    is_waiting = threading.Event()
    future = executor.submit_call(body, threads)
    behind = executor.submit_call(is_waiting.set)

    # The only worker gets to the second body when the first one waits.
    assert is_waiting.wait(60)
    assert not threads
    future.wait()
    assert future.result == "yes"
    assert threads == [threading.main_thread()]
    behind.wait()
    executor.shutdown()
