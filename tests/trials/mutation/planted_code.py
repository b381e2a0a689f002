"""Plant a fault in functions that are loaded already: their code is replaced, wherever they are.

A fault in what runs while a module is imported, such as a table or a default value, cannot be
planted so.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType


class NotInFunctions(Exception):
    """The fault is in code that has run already."""


def plant(path: str, original: str, faulty: str) -> None:
    """Give each loaded function of the module at *path* its code in the text *faulty*.

    Raises `NotInFunctions` if the texts differ outside functions.
    """
    new = _new_codes(path, original, faulty)
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename == path:
            replacement = new.get(_key(each.__code__))
            if replacement is not None:
                each.__code__ = replacement


def _new_codes(path: str, original: str, faulty: str) -> dict[tuple[str, int], CodeType]:
    """Return the code of each function that the fault changes, by its name and line."""
    found: dict[tuple[str, int], CodeType] = {}
    pairs = [*_pairs(compile(original, path, "exec"), compile(faulty, path, "exec"))]
    keys = [_key(old) for old, _ in pairs]
    for key, (old, new) in zip(keys, pairs, strict=True):
        if old.co_flags & inspect.CO_OPTIMIZED:
            if keys.count(key) > 1 and old != new:
                raise NotInFunctions
            found[key] = new
        elif _own(old) != _own(new):  # the code of a module or of the body of a class
            raise NotInFunctions
    return found


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield the code at the same place in both texts, from the outermost."""
    yield old, new
    inner, replaced = _inner(old), _inner(new)
    if len(inner) != len(replaced):
        raise NotInFunctions
    for one, other in zip(inner, replaced, strict=True):
        yield from _pairs(one, other)


def _inner(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _own(code: CodeType) -> tuple[object, ...]:
    """Return what *code* does itself, without the functions in it."""
    plain = [each for each in code.co_consts if not isinstance(each, CodeType)]
    return (code.co_code, code.co_names, code.co_varnames, repr(plain))


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno
