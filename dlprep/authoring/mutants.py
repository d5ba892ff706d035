"""Mutants of a reference solution: every small edit that a sharp set of cases should notice."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from dlprep.authoring.rules import called, edits, number

NodePath = tuple[ast.AST, ...]  # from the module down to a node

# Fields of nodes that say nothing of what the solution computes
NOT_CODE = {"annotation", "returns", "decorator_list", "type_params", "msg"}
# Calls whose arguments say a dtype, by whatever value: ``np.result_type(x, 1.0)``
DTYPE_CALLS = {"result_type", "promote_types"}
# What is too little to be recognised by, such as a bare ``2``, and what may be shown around it
TOO_LITTLE = (ast.Constant, ast.Name, ast.Attribute, ast.UnaryOp, ast.Tuple, ast.Slice)
SHOWN = (ast.expr, ast.keyword, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)


@dataclass(frozen=True, slots=True)
class Mutant:
    """The reference with one edit.

    ``id`` is the function and the edit (``softmax: axis=axis -> axis=0``), numbered when it
    occurs again there: it outlives edits elsewhere in the file. ``line`` is the reference's.
    ``source`` is the whole text, as ``ast.unparse`` lays it out.
    """

    id: str
    line: int
    source: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of ``source``, from top to bottom; none twice, and none equal to it.

    Raises ``SyntaxError`` when ``source`` is not Python.
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    occurrences: Counter[str] = Counter()
    found = []
    for path in _paths((tree,)):
        for old, new in edits(path[-1]):
            text = _with(tree, old, new)
            if text in seen:
                continue
            seen.add(text)
            shown = _shown(path, old)
            name = f"{_function(path)}: {ast.unparse(shown)} -> {_with(shown, old, new)}"
            occurrences[name] += 1
            if occurrences[name] > 1:
                name += f" ({occurrences[name]})"
            found.append(Mutant(name, old.lineno, text))
    return found


def _with(tree: ast.AST, old: ast.AST, new: ast.AST) -> str:
    """The text of ``tree`` with ``new`` in place of ``old``; ``tree`` stays as it is."""
    return ast.unparse(copy.deepcopy(tree, {id(old): new}))


def _paths(path: NodePath) -> Iterator[NodePath]:
    """The path of every node that may change; an error's words and a dtype's examples may not."""
    node = path[-1]
    if isinstance(node, ast.Raise):
        return
    if isinstance(node, ast.Call) and called(node) in DTYPE_CALLS:
        return
    yield path
    if number(node) is not None:  # -1 is one number, not two nodes
        return
    if isinstance(node, ast.arguments):
        for argument in _defaults(node):
            yield from _paths((*path, argument))
        return
    for field, value in ast.iter_fields(node):
        if field not in NOT_CODE:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _paths((*path, child))


def _defaults(node: ast.arguments) -> Iterator[ast.keyword]:
    """The defaults of a function as if passed by name: so they are shown, and so the rules fit."""
    positional = [*node.posonlyargs, *node.args]
    parameters = [*positional[len(positional) - len(node.defaults) :], *node.kwonlyargs]
    for parameter, value in zip(parameters, [*node.defaults, *node.kw_defaults], strict=True):
        if value is not None:
            yield ast.keyword(parameter.arg, value)


def _function(path: NodePath) -> str:
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return ".".join(node.name for node in path if isinstance(node, scopes)) or "module"


def _shown(path: NodePath, old: ast.AST) -> ast.AST:
    """The smallest part around ``old`` that a reader recognises."""
    *above, node = path
    if isinstance(node, ast.Return) or not isinstance(node, SHOWN):
        return old  # one part of what is returned; a condition without its block
    while isinstance(node, TOO_LITTLE) and isinstance(above[-1], SHOWN):
        node = above.pop()
    return node
