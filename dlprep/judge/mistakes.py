"""Where a mistake differs from the reference, and which mistakes no plain test can show.

Both are read from the texts: nothing is executed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

MEASURES = {"check_scaling", "check_memory"}
MEASURED = {"lines", "memory"}  # by ``observe``


def measured_cases(cases: str) -> set[str]:
    """The cases of this text that only measure what a call costs, and judge no answer."""
    tree = ast.parse(cases)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    checks = {
        alias.asname or alias.name: alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dlprep.checks")
        for alias in node.names
        if alias.name.startswith("check_")
    }
    found = set()
    for name in functions:
        used = set(_judging(name, functions, checks, set()))
        if name.startswith("test_") and used == {"measure"}:
            found.add(name)
    return found


def _judging(
    name: str, functions: dict[str, ast.FunctionDef], checks: dict[str, str], seen: set[str]
) -> Iterator[str]:
    """``measure`` or ``check`` for all by which a function of the cases judges a submission."""
    seen.add(name)
    for node in ast.walk(functions[name]):
        match node:
            case ast.Assert():
                yield "check"
            case ast.Name(id=other) if other in functions and other not in seen:
                yield from _judging(other, functions, checks, seen)
            case ast.Name(id=other) if other in checks:
                yield "measure" if checks[other] in MEASURES else "check"
            case ast.Call(func=ast.Attribute(attr="observe"), args=[ast.Constant(value=what), *_]):
                yield "measure" if what in MEASURED else "check"


def differing(reference: str, source: str) -> tuple[str, ...]:
    """The public functions (``Class.method``) of the reference that ``source`` has otherwise.

    A private function counts as those that use it. Empty when no function differs.
    """
    ours, theirs = _units(reference), _units(source)
    changed = {name for name, node in ours.items() if _dump(node) != _dump(theirs.get(name))}
    while True:  # until nothing more uses what differs otherwise
        private = {name.partition(".")[2] or name for name in changed if not _is_public(name)}
        users = {name for name, node in ours.items() if private & set(_names(node))}
        if users <= changed:
            return tuple(name for name in ours if name in changed and _is_public(name))
        changed |= users


def _units(source: str) -> dict[str, ast.AST]:
    """The functions and methods of a text, by name."""
    units: dict[str, ast.AST] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            units[node.name] = node
        elif isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    units[f"{node.name}.{item.name}"] = item
    return units


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def _dump(node: ast.AST | None) -> str:
    """A function's code, whatever its docstring and layout."""
    if not isinstance(node, ast.FunctionDef):
        return ""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return "\n".join(map(ast.dump, (node.args, *node.decorator_list, *body)))


def _names(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Attribute):
            yield inner.attr
