# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the public headers declare and what the sources say of it; for the checks."""

import os
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / os.environ.get("BUILD_DIR", "build")

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
MACRO = re.compile(r"\bTF_(?:AVAILABLE_IN|DEPRECATED_IN)_(ALL|\d+_\d+)(?:_FOR ?\([^)]*\))?\s")
TYPE = re.compile(r"G_DECLARE_(?:FINAL_TYPE|DERIVABLE_TYPE|INTERFACE) \(\w+, (\w+),")
NAME = re.compile(r"\b(tf_\w+) \(")
DOC = re.compile(r"^/\*\*\n \* (tf_\w+):[^\n]*\n(.*?)\*/", re.DOTALL | re.MULTILINE)


# The folder of the headers of each library, and where it is built.
LIBRARIES = {"tf": "src/libtf-1.so", "tf-testing": "src/testing/libtf-testing-1.so"}


class Function:
    def __init__(self, name, since, declaration, header, library):
        self.name = name
        self.library = library
        self.since = since
        self.header = header
        self.has_error = re.search(r"\bGError\s*\*\*", declaration) is not None
        self.is_type = name.endswith("_get_type")


def public_functions():
    """Returns the functions that the headers export, by name."""
    functions = {}
    headers = [header for library in LIBRARIES for top in (TOP, BUILD)
               for header in sorted((top / "include" / library).glob("*.h"))]
    for header in headers:
        if header.name == "tf-version.h":
            continue
        text = COMMENT.sub("", header.read_text(encoding="utf-8"))
        for match in MACRO.finditer(text):
            since = "1.0" if match[1] == "ALL" else match[1].replace("_", ".")
            rest = text[match.end():]
            declared_type = TYPE.match(rest)
            if declared_type:
                name, declaration = declared_type[1] + "_get_type", ""
            else:
                declaration = rest[:rest.index(";")]
                name = NAME.search(declaration)[1]
            functions[name] = Function(name, since, declaration, header.name, header.parent.name)
    return functions


def doc_comments():
    """Returns the text of the doc comments of functions in the sources, by name, without the stars."""
    docs = {}
    for source in sorted((TOP / "src").rglob("*.c")):
        for match in DOC.finditer(source.read_text(encoding="utf-8")):
            docs[match[1]] = re.sub(r"^ \* ?", "", match[2], flags=re.MULTILINE)
    return docs
