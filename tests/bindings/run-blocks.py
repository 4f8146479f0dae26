#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the blocks of code of a page, and compares what they print. Prints TAP.

    run-blocks.py js|vala PAGE TYPELIB-FOLDER INCLUDE-FOLDER...

    ```js             a program, if it imports something; otherwise it is only parsed, by .ci/check-docs
    ```js statements  the inside of an asynchronous function, with the names of blocks-prelude.js
    ```vala           a program, if it has a main(); otherwise it is only compiled

A block of text that follows at once, or after one line that ends with a colon, is what the program prints.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(js|vala)([^\n`]*)\n(.*?)^```$(?:\n+(?:[^\n`]*:\n\n)?```text\n(.*?)^```$)?",
                   re.DOTALL | re.MULTILINE)
PRELUDE = pathlib.Path(__file__).parent / "blocks-prelude.js"
WARNINGS = re.compile(r"^.*(?:WARNING|CRITICAL|JS ERROR|unhandled).*$", re.IGNORECASE | re.MULTILINE)


def run(folder, *command):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return result.stdout, result.stderr, [f"status {result.returncode}", result.stderr] if result.returncode != 0 else []


def run_program(folder, *command):
    """A program that warns has failed."""
    output, errors, complaints = run(folder, *command)
    return output, complaints or WARNINGS.findall(errors)


def run_js(code, kind, folder, _flags):
    if kind == "statements":
        code = PRELUDE.read_text(encoding="utf-8").replace("/* block */", code)
    elif not re.search(r"^import ", code, re.MULTILINE):
        return None, []
    file = folder / "block.js"
    file.write_text(code, encoding="utf-8")
    return run_program(folder, "gjs", "--module", str(file))


def run_vala(code, _kind, folder, flags):
    file = folder / "block.vala"
    file.write_text(code, encoding="utf-8")
    is_program = re.search(r"\b(?:int|void) main \(", code)
    typelibs, *includes = flags
    for_c = ["-w", f"-L{typelibs}", "-ltf-1", *(f"-I{include}" for include in includes)]
    options = ["--quiet", "--disable-warnings", f"--vapidir={typelibs}", "--pkg", "tf-1", "--pkg", "gio-2.0"]
    options += [option for flag in for_c for option in ("-X", flag)]
    options += ["-d", str(folder), "-o", "block"] if is_program else ["-c"]
    _, _, complaints = run(folder, "valac", *options, str(file))
    if complaints or not is_program:
        return None, complaints
    return run_program(folder, str(folder / "block"))


def main():
    language, page, *flags = sys.argv[1:]
    text = pathlib.Path(page).read_text(encoding="utf-8")
    blocks = [match for match in BLOCK.finditer(text) if match[1] == language]
    is_failed = not blocks
    print(f"1..{len(blocks)}")
    for number, match in enumerate(blocks, 1):
        with tempfile.TemporaryDirectory() as folder:
            runner = {"js": run_js, "vala": run_vala}[language]
            output, complaints = runner(match[3], match[2].strip(), pathlib.Path(folder), flags)
        if match[4] is not None and output != match[4]:
            complaints.append(f"It prints:\n{output}")
        for line in "\n".join(complaints).splitlines():
            print("#", line)
        line = text.count("\n", 0, match.start()) + 1
        print(f"{'not ok' if complaints else 'ok'} {number} {pathlib.Path(page).name}:{line}")
        is_failed |= bool(complaints)
    sys.exit(is_failed)


main()
