# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Exceptions that cannot be described without care, for test_override_exceptions.py and its worker processes."""


def fails(exception):
    """A function that raises, whatever it is called with."""

    def fail(*args, **kwargs):
        raise exception

    return fail


def recurse(self):
    return str(self)


class OddText(str):
    encode = replace = __format__ = fails(SystemExit(3))


class OddType(type):
    __eq__ = fails(SystemExit(3))
    __hash__ = fails(SystemExit(3))

    def __getattribute__(cls, name):
        if name in ("__name__", "__qualname__", "__module__"):
            raise SystemExit(3)
        return super().__getattribute__(name)


def with_functions(**functions):
    return type("Odd", (Exception,), functions)("text")


def with_type_name(**attributes):
    kind = type("Odd", (Exception,), {})
    for name, value in attributes.items():
        setattr(kind, name, value)
    return kind("text")


def with_own_attributes():
    """Everything that an instance can be asked for raises."""
    names = ("__class__", "__traceback__", "__context__", "__cause__", "__dict__", "__suppress_context__", "__notes__")
    functions = {name: property(fails(SystemExit(3))) for name in names}
    return type("Odd", (Exception,), {**functions, "with_traceback": fails(SystemExit(3))})("text")


MAKERS = {
    "str-raises": lambda: with_functions(__str__=fails(RuntimeError("no"))),
    "str-exits": lambda: with_functions(__str__=fails(SystemExit(3))),
    "str-interrupts": lambda: with_functions(__str__=fails(KeyboardInterrupt())),
    "str-closes": lambda: with_functions(__str__=fails(GeneratorExit())),
    "str-recurses": lambda: with_functions(__str__=recurse),
    "str-is-no-text": lambda: with_functions(__str__=lambda self: 5),
    "str-is-odd": lambda: with_functions(__str__=lambda self: OddText("text")),
    "repr-exits": lambda: with_functions(__repr__=fails(SystemExit(3))),
    "attributes-exit": lambda: with_functions(__getattribute__=fails(SystemExit(3))),
    "setting-exits": lambda: with_functions(__setattr__=fails(SystemExit(3))),
    "comparing-exits": lambda: with_functions(__eq__=fails(SystemExit(3)), __hash__=fails(SystemExit(3))),
    "own-attributes": with_own_attributes,
    "type-exits": lambda: OddType("Odd", (Exception,), {})("text"),
    "type-without-module": lambda: with_type_name(__module__=None),
    "type-of-module-5": lambda: with_type_name(__module__=5),
    "type-with-nul": lambda: with_type_name(__qualname__="a\0b"),
    "type-with-surrogate": lambda: with_type_name(__qualname__="\udc80"),
    "nul": lambda: Exception("a\0b"),
    "surrogate": lambda: Exception("\udc80"),
    "system-exit": lambda: SystemExit(3),
    "system-exit-of-an-object": lambda: SystemExit(with_functions(__str__=fails(SystemExit(3)))),
    "interrupt": KeyboardInterrupt,
    "generator-exit": GeneratorExit,
    "base": lambda: BaseException("text"),
}


def fail_with(name):
    raise MAKERS[name]()
