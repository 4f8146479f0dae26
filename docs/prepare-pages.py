#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns the pages, which are plain Markdown, into what gi-docgen reads.

Names in backticks become links into the reference: `tf_future_cancel()`, `TfFuture`, `TfFuture:state`,
`TfFuture::done`. A function, property, signal or error code that the library does not have is an error, so the pages
cannot speak of what is not there. The first column of a table that is headed by an older version is left alone.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ET

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

KINDS = {
    'class': 'class',
    'interface': 'iface',
    'record': 'struct',
    'enumeration': 'enum',
    'bitfield': 'flags',
    'callback': 'callback',
}
MEMBERS = {'method': 'method', 'constructor': 'ctor', 'function': 'func'}


def read_types(namespace):
    """Yields what can be linked: the text between the backticks, and the link that it becomes."""
    for tag in KINDS:
        for node in namespace.findall(CORE + tag):
            name = node.get('name')
            ctype = node.get(C + 'type')
            kind = 'error' if node.get(GLIB + 'error-domain') is not None else KINDS[tag]
            if node.get(GLIB + 'is-gtype-struct-for') is None:
                yield ctype, f'[{kind}@Tf.{name}]'
            for member, member_kind in MEMBERS.items():
                for function in node.findall(CORE + member):
                    yield function.get(C + 'identifier') + '()', f'[{member_kind}@Tf.{name}.{function.get("name")}]'
            for prop in node.findall(CORE + 'property'):
                yield f'{ctype}:{prop.get("name")}', f'[property@Tf.{name}:{prop.get("name")}]'
            for signal in node.findall(GLIB + 'signal'):
                yield f'{ctype}::{signal.get("name")}', f'[signal@Tf.{name}::{signal.get("name")}]'
            for value in node.findall(CORE + 'member'):
                yield value.get(C + 'identifier'), None


def read_names(girfile):
    namespace = ET.parse(girfile).getroot().find(CORE + 'namespace')
    names = dict(read_types(namespace))
    for function in namespace.findall(CORE + 'function'):
        names.setdefault(function.get(C + 'identifier') + '()', f'[func@Tf.{function.get("name")}]')
    return names


def read_kit_names():
    """The test kit is not in the reference: its names are known, and link nowhere."""
    top = pathlib.Path(__file__).resolve().parent.parent
    names = {}
    for source in [*(top / 'include/tf-testing').glob('*.h'), *(top / 'src/testing').glob('*.c')]:
        for name in re.findall(r'\b(?:tf_test|TF_TEST)_\w+', source.read_text(encoding='utf-8')):
            names[name + '()' if name.startswith('tf') else name] = None
    return names


def read_variables():
    """Environment variables of the library link nowhere, either."""
    src = pathlib.Path(__file__).resolve().parent.parent / 'src'
    texts = [source.read_text(encoding='utf-8') for source in [*src.rglob('*.c'), *src.rglob('*.h')]]
    patterns = [r'\b(?:g_|secure_)getenv \("(TF_\w+)"\)', r'#define TF_\w+_VARIABLE +"(TF_\w+)"']
    return {name: None for text in texts for pattern in patterns for name in re.findall(pattern, text)}


def must_be_known(text):
    return re.fullmatch(r'tf_[a-z0-9_]+\(\)|Tf[A-Z]\w*::?[a-z-]+|TF_[A-Z]+_[A-Z_]+', text) is not None


def link_names(line, names, complain):
    def replace(match):
        text = match.group(1)
        if text not in names and must_be_known(text):
            complain(f'unknown name: {text}')
        return names.get(text) or match.group(0)

    return re.sub(r'`([^`]+)`', replace, line)


def prepare(source, names, complain):
    """Moves the title into the head, drops comments and all but the language of fences, and rewrites links to pages."""
    lines = source.splitlines()
    title = lines[0].removeprefix('# ')
    result = [f'Title: {title}', '']
    is_code = False
    is_old = False

    for number, line in enumerate(lines, 1):
        if not is_code and re.fullmatch('<!-- .* -->', line):
            continue
        if line.startswith('```'):
            is_code = not is_code
            line = line.split(' ')[0]
        elif not is_code and not line.startswith('#'):
            is_old = line.startswith('| 0.') or is_old and line.startswith('|')
            old, line = re.fullmatch(r'(\|[^|]*\||)(.*)' if is_old else r'()(.*)', line).groups()
            line = old + link_names(line, names, lambda text: complain(f'{number}: {text}'))
            line = re.sub(r'\]\(([a-z0-9.-]+)\.md(#[a-z-]+)?\)', r'](\1.html\2)', line)
        result.append(line)

    return '\n'.join(result) + '\n'


def main():
    girfile, output, *pages = sys.argv[1:]
    names = read_names(girfile) | read_kit_names() | read_variables()
    errors = []

    for page in map(pathlib.Path, pages):
        text = prepare(page.read_text(encoding='utf-8'), names, lambda text: errors.append(f'{page}:{text}'))
        pathlib.Path(output, page.name).write_text(text, encoding='utf-8')

    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main())
