#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs pytest on the files given and prints TAP."""

import os
import sys

try:
    import gi  # noqa: F401
    import pytest
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    sys.exit(0)


class Tap:
    """A plugin of pytest: one line of TAP per test, the output of failed ones as comments.

    The reporter that pytest has goes on, to nowhere: pytest asks it how to write what has failed.
    """

    def __init__(self):
        self.number = 0

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        reporter = config.pluginmanager.unregister(name="terminalreporter")
        nowhere = open(os.devnull, "w", encoding="utf-8")  # pylint: disable=consider-using-with
        config.pluginmanager.register(type(reporter)(config, nowhere), "terminalreporter")

    def line(self, result, name, directive=""):
        self.number += 1
        print(f"{result} {self.number} {name}{directive}", flush=True)

    def comment(self, text):
        for line in text.splitlines():
            print("#", line)

    def pytest_collectreport(self, report):
        if report.failed:
            self.comment(str(report.longrepr))
            self.line("not ok", report.nodeid)

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.split("::", 1)[-1].replace("#", "_")
        if report.skipped:
            self.line("ok", name, f" # SKIP {report.longrepr[2]}")
        elif report.failed:
            self.comment(report.longreprtext)
            for title, text in report.sections:
                self.comment(f"{title}\n{text}")
            self.line("not ok", name)
        elif report.when == "call":
            self.line("ok", name)

    def pytest_sessionfinish(self):
        print(f"1..{self.number}")


def main():
    arguments = ["-p", "no:cacheprovider", *sys.argv[1:]]
    sys.exit(pytest.main(arguments, plugins=[Tap()]))


main()
