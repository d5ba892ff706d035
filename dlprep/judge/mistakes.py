"""Where a mistake differs from the reference. It is read from the texts: nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator


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
