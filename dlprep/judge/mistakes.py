"""Where a mistake differs from the reference. It is read from the texts: nothing is executed."""

from __future__ import annotations

import ast


def differing(reference: str, source: str) -> tuple[str, ...]:
    """The public functions (``Class.method``) of the reference that ``source`` changes.

    A private function counts as those that use it. Empty when no function differs.
    """
    ours, theirs = _functions(reference), _functions(source)
    changed = {
        name for name in ours if name not in theirs or _code(ours[name]) != _code(theirs[name])
    }
    for _ in ours:  # as often as one function may lead to another
        private = {name.rpartition(".")[2] for name in changed if not _is_public(name)}
        changed |= {name for name, node in ours.items() if private & _names(node)}
    return tuple(name for name in ours if name in changed and _is_public(name))


def _functions(source: str) -> dict[str, ast.FunctionDef]:
    """The functions and methods of a text, by name."""
    functions: dict[str, ast.FunctionDef] = {}
    for node in ast.parse(source).body:
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for item in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(item, ast.FunctionDef):
                functions[prefix + item.name] = item
    return functions


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def _code(node: ast.FunctionDef) -> str:
    """A function's code, whatever its docstring and layout."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return "\n".join(map(ast.dump, (node.args, *node.decorator_list, *body)))


def _names(node: ast.AST) -> set[str]:
    """The names and attributes that code uses."""
    return {getattr(inner, "id", getattr(inner, "attr", "")) for inner in ast.walk(node)}
