"""The API that an exercise asks for, read from its stub: the one place that states it."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function: its name, its kind as ``inspect`` names it, its default."""

    name: str
    kind: str
    default: str | None

    def __str__(self) -> str:
        star = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(self.kind, "")
        return f"{star}{self.name}" + ("" if self.default is None else f"={self.default}")


@dataclass(frozen=True, slots=True)
class Signature:
    """A function (or class) of the stub.

    ``returns`` is the length of the tuple that it is annotated to return, 0 without one.
    ``opaque`` are the positions in it that are annotated ``object``: the submission's own values
    (a cache), which the judge never looks into.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: int = 0
    opaque: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.parameters))})"


def read_api(source: str) -> dict[str, Signature]:
    """The public functions and classes of a stub (or of a reference), by name; runs nothing."""
    api = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            api[node.name] = _signature(node.name, node)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            inits = [
                item
                for item in node.body
                if isinstance(item, ast.FunctionDef) and item.name == "__init__"
            ]
            made = _signature(node.name, inits[0]) if inits else Signature(node.name, ())
            api[node.name] = Signature(node.name, made.parameters[1:])
    return api


def _signature(name: str, node: ast.FunctionDef) -> Signature:
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(positional) - len(args.defaults)) + [
        ast.unparse(default) for default in args.defaults
    ]
    parameters = [
        Parameter(arg.arg, "POSITIONAL_OR_KEYWORD", default)
        for arg, default in zip(positional, defaults, strict=True)
    ]
    if args.vararg:
        parameters.append(Parameter(args.vararg.arg, "VAR_POSITIONAL", None))
    parameters += [
        Parameter(arg.arg, "KEYWORD_ONLY", None if default is None else ast.unparse(default))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    if args.kwarg:
        parameters.append(Parameter(args.kwarg.arg, "VAR_KEYWORD", None))
    parts = _returned(node.returns)
    opaque = (n for n, part in enumerate(parts) if ast.unparse(part) == "object")
    return Signature(name, tuple(parameters), len(parts), tuple(opaque))


def _returned(annotation: ast.expr | None) -> list[ast.expr]:
    """The parts of ``tuple[A, B, object]``; of any other annotation, an empty list."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=parts)):
            endless = any(isinstance(part, ast.Constant) and part.value is ... for part in parts)
            return [] if endless else parts
    return []
