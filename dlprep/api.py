"""The API that an exercise asks for, read from its stub: the one place that states it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import EllipsisType


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function: its name, its kind as ``inspect`` names it, its default."""

    name: str
    kind: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    """A function (or class) of the stub; as ``str``, a call of it with all parameters.

    ``returns`` is the length of the tuple that it is annotated to return, 0 without one.
    ``opaque`` are the positions in it that are annotated ``object``: the submission's own values
    (a cache), which the judge never looks into.
    """

    name: str
    parameters: tuple[Parameter, ...] = ()
    returns: int = 0
    opaque: tuple[int, ...] = ()

    def __str__(self) -> str:
        stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}
        shown = [
            stars.get(one.kind, "") + one.name + (f"={one.default}" if one.default else "")
            for one in self.parameters
        ]
        return f"{self.name}({', '.join(shown)})"


def read_api(source: str) -> dict[str, Signature]:
    """The public functions and classes of a stub (or of a reference), by name; runs nothing.

    Raises ``SyntaxError`` when ``source`` is not Python.
    """
    api = {}
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name=name) if not name.startswith("_"):
                parts = _returned(node.returns)
                opaque = (n for n, part in enumerate(parts) if ast.unparse(part) == "object")
                api[name] = Signature(name, _parameters(node), len(parts), tuple(opaque))
            case ast.ClassDef(name=name, body=body) if not name.startswith("_"):
                api[name] = Signature(name)
                for item in body:
                    if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                        api[name] = Signature(name, _parameters(item)[1:])
    return api


def _parameters(function: ast.FunctionDef) -> tuple[Parameter, ...]:
    args = function.args
    none = [None] * (len(args.posonlyargs) + len(args.args) - len(args.defaults))
    groups = (
        ("POSITIONAL_OR_KEYWORD", [*args.posonlyargs, *args.args], [*none, *args.defaults]),
        ("VAR_POSITIONAL", [args.vararg], [None]),
        ("KEYWORD_ONLY", args.kwonlyargs, args.kw_defaults),
        ("VAR_KEYWORD", [args.kwarg], [None]),
    )
    return tuple(
        Parameter(arg.arg, kind, ast.unparse(default) if default else None)
        for kind, named, defaults in groups
        for arg, default in zip(named, defaults, strict=True)
        if arg
    )


def _returned(annotation: ast.expr | None) -> list[ast.expr]:
    """The parts of ``tuple[A, B, object]``; of any other annotation, an empty list."""
    match annotation:
        case ast.Subscript(ast.Name("tuple"), ast.Tuple([_, ast.Constant(value=EllipsisType())])):
            return []
        case ast.Subscript(value=ast.Name("tuple"), slice=ast.Tuple(elts=parts)):
            return parts
    return []
