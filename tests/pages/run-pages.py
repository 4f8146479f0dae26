#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles and runs every block of C of a page or of the comments of a source. Prints TAP.

    run-pages.py [--gtk] --build FOLDER --source FOLDER FILE COMPILER [FLAG...]
    run-pages.py --list FOLDER    prints the files of a source tree that have such blocks

A block with a main() is a program: it runs twice, one run after the other. All others run inside a frame, which has the
objects that the text has introduced. The line before the block names the frame, and may give it a FUNCTION; readers of the
page do not see it:

    <!-- frame: task count_words -->

In a source the frame has the name of the symbol that the comment documents. Frames are in frames/NAME-OF-THE-FILE.c and
frames/any.c, each after a comment of its own, as `/* frame: task */`. A frame includes BLOCK where the block belongs, and
defines live(), which is called twice. See frame.h and frame-gtk.h. A frame with a main() is a program of its own.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE_BLOCK = re.compile(r"^(?:<!-- ([^\n]*) -->\n)?```c(?: [^\n`]*)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"^/\*\*\n \* (\w+):?[^\n]*\n.*?\*/$", re.DOTALL | re.MULTILINE)
COMMENT_BLOCK = re.compile(r"^ \* ```c\n(.*?)^ \* ```$", re.DOTALL | re.MULTILINE)
MAIN = re.compile(r"^(?:int\s+)?main \(", re.MULTILINE)
WARNINGS = re.compile(r"^.*-(?:WARNING|CRITICAL) \*\*.*$", re.MULTILINE)
FLAGS = ["-std=gnu17", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-unused-variable",
         "-Wno-unused-function", "-Wno-missing-field-initializers",
         # The lines of a block begin further to the left than those of its frame.
         "-Wno-misleading-indentation", f"-I{HERE}"]
TIMEOUT_S = 120 * (5 if "TF_TEST_SCALE" in os.environ else 1)


def blocks_of(path, text):
    """Yields the line, the frame with its arguments, and the code of each block."""
    if path.suffix == ".md":
        for match in PAGE_BLOCK.finditer(text):
            marker = (match[1] or "").removeprefix("frame: ").split()
            yield text.count("\n", 0, match.start(2)) + 1, marker, match[2]
        return
    for comment in COMMENT.finditer(text):
        for match in COMMENT_BLOCK.finditer(comment[0]):
            code = re.sub(r"^ \* ?", "", match[1], flags=re.MULTILINE)
            yield text.count("\n", 0, comment.start() + match.start(1)) + 1, [comment[1]], code


def files_of(top):
    """Yields the files that have blocks, relative to the top of the tree."""
    sources = [path for folder in ("src", "include") for path in (top / folder).rglob("*.[ch]")]
    for path in [top / "README.md", *sorted((top / "docs").glob("*.md")), *sorted(sources)]:
        if any(blocks_of(path, path.read_text(encoding="utf-8"))):
            yield path.relative_to(top)


def frames_of(path):
    if not path.exists():
        return {}
    parts = re.split(r"^/\* frame: ([\w-]+) \*/$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    frames = {}
    for name, text in zip(parts[1::2], parts[2::2]):
        line = path.read_text(encoding="utf-8").split(f"/* frame: {name} */")[0].count("\n") + 1
        frames[name] = f'#line {line} "{path}"\n{text}'
    return frames


class Display:
    """An X server for the frames with windows, started by the first of them."""

    def __init__(self):
        self.server = None
        self.number = None

    def start(self):
        if self.server is None:
            reader, writer = os.pipe()
            self.server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writer), "-screen", "0", "800x600x24", "-nolisten", "tcp"],
                pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.close(writer)
            with os.fdopen(reader) as answer:
                self.number = answer.readline().strip()
        return {
            "DISPLAY": f":{self.number}", "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo", "GTK_A11Y": "none",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:", "GIO_USE_PORTALS": "0", "NO_AT_BRIDGE": "1",
        }

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()


def run(command, environment):
    try:
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"{command[0]} hangs"
    output = result.stdout + result.stderr
    return output or f"status {result.returncode}" if result.returncode != 0 else "\n".join(WARNINGS.findall(output))


def source_of(block, frame, arguments, path):
    """Returns the text of the program. A block that is a program needs no frame."""
    if frame is None:
        return block
    defines = [f'#define BLOCK "{path}"'] + [f"#define FUNCTION {argument}" for argument in arguments]
    header = [] if re.search(r"\bmain \(|\bframe(-gtk)?\.h", frame) else ['#include "frame.h"']
    return "\n".join(defines + header + [frame])


class Runner:
    def __init__(self, folder, path, command, flags, gtk_flags):
        self.folder = folder
        self.path = path
        self.command = command
        self.flags = flags
        self.gtk_flags = gtk_flags
        self.display = Display()
        self.frames = frames_of(HERE / "frames/any.c") | frames_of(HERE / "frames" / f"{path.stem}.c")

    def run(self, number, line, marker, code):
        """Returns the complaints, or None if the block was skipped."""
        name = marker[0] if marker else None
        if name is not None and name not in self.frames:
            return f"There is no frame “{name}”."
        if name is None and not MAIN.search(code):
            return "A block that is not a program needs a frame: see tests/pages/run-pages.py."

        frame = self.frames.get(name)
        is_graphical = "gtk/gtk.h" in code or "frame-gtk.h" in (frame or "")
        if is_graphical and self.gtk_flags is None:
            return None

        block = self.folder / f"block-{number}.h"
        program = self.folder / f"block-{number}"
        block.write_text(f'#line {line} "{self.path}"\n{code}', encoding="utf-8")
        source = program.with_suffix(".c")
        source.write_text(source_of(block.read_text(encoding="utf-8"), frame, marker[1:], block), encoding="utf-8")
        complaints = run([*self.command, *FLAGS, str(source), "-o", str(program), *self.flags,
                          *(self.gtk_flags if is_graphical else [])], os.environ)
        environment = dict(os.environ, G_DEBUG="fatal-criticals", **(self.display.start() if is_graphical else {}))
        if is_graphical:
            options = environment.get("ASAN_OPTIONS", "")
            environment["ASAN_OPTIONS"] = f"{options}:detect_leaks=0"  # fonts and themes are never freed
        for _ in range(2):
            complaints = complaints or run([str(program)], environment)
        return complaints


def pkg_config(*arguments):
    return subprocess.run(["pkg-config", *arguments], check=True, capture_output=True, text=True).stdout.split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gtk", action="store_true")
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--source", type=pathlib.Path)
    parser.add_argument("--list", type=pathlib.Path)
    parser.add_argument("file", type=pathlib.Path, nargs="?")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.list is not None:
        print("\n".join(map(str, files_of(options.list))))
        return

    folders = [options.build / "src", options.build / "src/testing"]
    flags = [f"-I{folder}/include" for folder in (options.source, options.build)]
    flags += [flag for folder in folders for flag in (f"-L{folder}", f"-Wl,-rpath,{folder}")]
    flags += ["-ltf-testing-1", "-ltf-1", *pkg_config("--cflags", "--libs", "gio-2.0")]
    gtk_flags = pkg_config("--cflags", "--libs", "gtk4") if options.gtk else None
    folder = options.build / "tests/pages" / options.file.name
    folder.mkdir(parents=True, exist_ok=True)
    runner = Runner(folder, options.file, options.command, flags, gtk_flags)

    blocks = list(blocks_of(options.file, options.file.read_text(encoding="utf-8")))
    is_failed = not blocks
    print(f"1..{len(blocks)}")
    try:
        for number, (line, marker, code) in enumerate(blocks, 1):
            complaints = runner.run(number, line, marker, code)
            for text in (complaints or "").splitlines():
                print("#", text)
            skip = " # SKIP there is no GTK 4" if complaints is None else ""
            print(f"{'not ok' if complaints else 'ok'} {number} {options.file.name}:{line}{skip}", flush=True)
            is_failed |= bool(complaints)
    finally:
        runner.display.stop()
    sys.exit(is_failed)


main()
