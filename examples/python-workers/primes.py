# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The work of main.py: a module, so that worker processes can import it."""

import os
import time


def is_prime(number):
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def count_primes(first, end):
    """How many there are from first on and before end; who has counted, and from when to when."""
    begin_s = time.monotonic()
    count = sum(map(is_prime, range(first, end)))
    return count, os.getpid(), begin_s, time.monotonic()
