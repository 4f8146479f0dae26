# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the override adds or replaces is looked up: each of it is in some test, and on the page."""

import inspect
import pathlib
import re
import sys

import gi
import pytest

gi.require_version("Tf", "1")
from gi.repository import Tf  # noqa: E402

override = sys.modules["gi.overrides.Tf"]
HERE = pathlib.Path(__file__).parent
PAGE = HERE.parent.parent.parent / "docs/python.md"


def entries():
    for name, thing in vars(override).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != override.__name__:
            continue
        # Classes of C have a name already.
        if not hasattr(override.Tf, name):
            yield name
        if inspect.isclass(thing):
            # Functions that mean what they do in C are documented and tested there.
            yield from (
                f"{name}.{key}" for key in vars(thing)
                if not key.startswith("_") and not hasattr(getattr(thing, key), "_is_as_in_c")
            )


ENTRIES = sorted(entries())


def test_entries_are_found():
    assert {"Executor.submit_call", "Future.result", "Task.report", "spawn", "TaskCancelled"} <= set(ENTRIES)
    assert not {"Executor.get_n_waiting", "Future.cancel", "threading"} & set(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_has_a_test(entry):
    name = re.compile(rf"\b{entry.rpartition('.')[2]}\b")
    tests = (path for path in HERE.glob("**/*.py") if path.name != "test_override_entries.py")
    assert any(name.search(path.read_text(encoding="utf-8")) for path in tests)


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_is_on_the_page(entry):
    assert re.search(rf"\b{entry.rpartition('.')[2]}\b", PAGE.read_text(encoding="utf-8"))


def test_override_is_what_programs_get():
    assert Tf.spawn is override.spawn and Tf.Executor is override.Executor
