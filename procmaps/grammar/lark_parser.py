"""Lark parsers of the grammar files, and the rules that they read from these files.

Lark compiles the grammar when the package is built, and is the reference engine. Everything else
uses the tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from procmaps import _resources
from procmaps.grammar.rules import RulesData, Sequences, TerminalRow

if TYPE_CHECKING:
    from lark import Lark
    from lark.grammar import Symbol

STARTS = ("line", "name", "maps", "smaps", "rollup")
"""Start rules of a dialect: one line, one name column, or a whole file."""


def build_parser(grammar: str, transformer: object = None) -> Lark:
    """Return the parser of a dialect's file *grammar*.

    Without a *transformer* it makes trees with positions.
    """
    return _lark(
        grammar,
        start=[*STARTS],
        parser="lalr",
        maybe_placeholders=False,
        transformer=transformer,
        propagate_positions=transformer is None,
    )


def build_unparsed(grammar: str, starts: Iterable[str]) -> Lark:
    """Return the file *grammar* with what the rules *starts* need, for `read_rules`.

    Lark does not compute tables, for which it would compare all terminals with each other.
    """
    return _lark(grammar, start=[*starts], parser="earley", lexer="dynamic")


def read_rules(lark: Lark, roots: Iterable[str]) -> RulesData:
    """Return the rules *roots* of a grammar, and all rules and terminals that they need.

    Raises `ValueError` if two of them have one name in different files, which `bare` would mix up.
    """
    patterns = {known.name: known for known in lark.terminals}
    terminals: dict[str, TerminalRow] = {}
    rules: dict[str, Sequences] = {}
    origin: dict[str, str] = {}

    def name_of(name: str) -> str:
        if origin.setdefault(bare(name), name) != name:
            raise ValueError(f"{origin[bare(name)]} and {name} have one name in the grammar files")
        return bare(name)

    def read_symbol(symbol: Symbol) -> str:
        name = name_of(symbol.name)
        if not symbol.is_term:
            read_rule(str(symbol.name))
        elif name not in terminals:
            known = patterns[symbol.name]
            literal = known.pattern.value if known.pattern.type == "str" else ""
            separates: bool = cast("Any", symbol).filter_out
            terminals[name] = (known.pattern.to_regexp(), literal, known.priority, separates)
        return name

    def read_rule(lark_name: str) -> None:
        name = name_of(lark_name)
        if name not in rules:
            rules[name] = ()  # its place: before the rules that it needs
            known = (rule for rule in lark.rules if rule.origin.name == lark_name)
            rules[name] = tuple(tuple(map(read_symbol, rule.expansion)) for rule in known)

    names = {bare(str(rule.origin.name)): str(rule.origin.name) for rule in lark.rules}
    for root in roots:
        if root in names:
            read_rule(names[root])
    return terminals, rules


def bare(symbol: str) -> str:
    """Return the name of a symbol as its grammar file spells it, without ``%import`` prefixes.

    Lark turns an imported ``INODE`` into ``header__INODE``, and ``_PAD`` into ``_header__PAD``.
    """
    name = symbol.rpartition("__")[2]
    return f"_{name}" if symbol.startswith("_") and name != symbol else name


def _lark(grammar: str, **options: object) -> Lark:
    from lark import Lark

    lark = cast("Any", Lark)(
        _resources.read(grammar).decode(),
        use_bytes=True,
        import_paths=[_import],
        source_path=grammar,
        **options,
    )
    return cast("Lark", lark)


def imported_file(folder: str | None, file: str) -> str:
    """Return the name of the grammar file that one in *folder* imports as *file*.

    The file is in ``grammar``, else in the folder. The package may be in a zip file.
    """
    name = f"grammar/{file}"
    return name if _resources.find(name) or not folder else f"{folder}/{file}"


def _import(folder: str | None, file: str) -> tuple[str, str]:
    """Return name and text of an imported file, as Lark wants it."""
    name = imported_file(folder, file)
    return name, _resources.read(name).decode()
