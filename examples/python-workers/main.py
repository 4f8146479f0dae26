# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts primes, first here, then in two worker processes, which use a processor each."""

import os
import time

import gi

gi.require_version("Tf", "1")
from gi.repository import Tf  # noqa: E402

from primes import count_primes  # noqa: E402

LIMIT = 500_000
STEP = 25_000
N_WORKERS = 2


def count_overlaps(parts):
    """How many parts were counted while another process was busy with another: its clock is the same."""
    return sum(
        any(pid != other_pid and begin_s < other_end_s and other_begin_s < end_s
            for _, other_pid, other_begin_s, other_end_s in parts)
        for _, pid, begin_s, end_s in parts
    )


def main():
    begin = time.monotonic()
    n_here, *_ = count_primes(0, LIMIT)
    here_s = time.monotonic() - begin

    begin = time.monotonic()
    with Tf.Executor(context=Tf.ProcessContext.new(N_WORKERS)) as executor:
        futures = [executor.submit(Tf.call_task(count_primes, n, n + STEP)) for n in range(0, LIMIT, STEP)]
        Tf.all(futures).wait()
        # A tuple comes back as a variant.
        parts = [future.result.unpack() for future in futures]
    counts, pids, *_ = zip(*parts)
    there_s = time.monotonic() - begin

    print(f"{n_here} primes below {LIMIT}, counted here")
    print(f"{sum(counts)} primes below {LIMIT}, counted by {len(set(pids) - {os.getpid()})} other processes")
    print(f"{count_overlaps(parts)} of {len(parts)} parts were counted while the other process counted, too")
    print(f"{here_s:.2f} s and {there_s:.2f} s: {here_s / there_s:.1f} times as fast")


main()
