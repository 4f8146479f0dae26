# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the Python of the pages: the blocks of a page one after the other, as one program.

A block that begins with three backticks and "python parsed" is only parsed, by .ci/compile-blocks. One that ends with a
comment "# Prints: text" must have printed that since the block began.
"""

import pathlib
import re
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[3]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PRINTS = re.compile(r"^# Prints: (.*)$", re.MULTILINE)


def blocks_of(page):
    return BLOCK.findall(page.read_text(encoding="utf-8"))


PAGES = [page for page in sorted([TOP / "README.md", *(TOP / "docs").glob("*.md")]) if blocks_of(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_runs(page):
    blocks = blocks_of(page)
    program = ""
    for block in blocks:
        program += block + "print('-- end of block', flush=True)\n"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert result.stderr == ""
    assert result.returncode == 0
    outputs = result.stdout.split("-- end of block\n")
    for block, output in zip(blocks, outputs):
        expected = PRINTS.findall(block)
        if expected:
            assert output.splitlines() == expected


def test_pages_are_found():
    assert "python.md" in [page.name for page in PAGES]
