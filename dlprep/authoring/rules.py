"""The edits that make a mutant: ``RULES`` is the whole list.

A rule is a function of one syntax node that yields its edits: the part of the node to replace,
and what replaces it. To add a kind of mutant, write a rule and give it a row.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

Edit = tuple[ast.expr | ast.stmt, ast.AST]

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
# Of an ordering, its neighbour (they differ at equality) and its negation
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
PAIRS = (
    ("maximum", "minimum"),
    ("max", "min"),
    ("argmax", "argmin"),
    ("sum", "mean"),
    ("exp", "expm1"),
    ("log", "log1p"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("float64", "float32"),
)
NAMES = dict(PAIRS) | {second: first for first, second in PAIRS}
# Calls that a reader may forget, leaving their array; calls that do not mind the order
DROPPED_CALLS = {"sqrt", "copy", "transpose", "swapaxes", "moveaxis"}
SYMMETRIC_CALLS = {"maximum", "minimum", "max", "min", "add", "multiply", "logaddexp", "swapaxes"}
MODULES = {"np", "numpy", "math"}  # np.copy(a) is a function of a, a.copy() a method of it


def other_operator(node: ast.BinOp) -> Iterator[Edit]:
    """``a + b``: ``a - b``."""
    if type(node.op) in OPERATORS:
        yield node, ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)


def dropped_operand(node: ast.BinOp) -> Iterator[Edit]:
    """``a + b``: ``a``, ``b``; ``a - b``: ``a``, ``-b``; ``a / b``: ``a``, ``1 / b``."""
    yield node, node.left
    match node.op:
        case ast.Sub():
            yield node, ast.UnaryOp(ast.USub(), node.right)
        case ast.Div():
            yield node, ast.BinOp(ast.Constant(1), node.op, node.right)
        case ast.Add() | ast.Mult() | ast.MatMult() | ast.BitAnd() | ast.BitOr():
            yield node, node.right


def other_update(node: ast.AugAssign) -> Iterator[Edit]:
    """``a += b``: ``a -= b``, ``a = b``."""
    if type(node.op) in OPERATORS:
        yield node, ast.AugAssign(node.target, OPERATORS[type(node.op)](), node.value)
    yield node, ast.copy_location(ast.Assign([node.target], node.value), node)


def other_comparison(node: ast.Compare) -> Iterator[Edit]:
    """``a < b``: ``a <= b``, ``a >= b``."""
    for i, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
            yield node, ast.Compare(node.left, ops, node.comparators)


def other_connective(node: ast.BoolOp) -> Iterator[Edit]:
    """``a and b``: ``a or b``."""
    yield node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def dropped_sign(node: ast.UnaryOp) -> Iterator[Edit]:
    """``-a``: ``a``; the same for ``~a`` and ``not a``."""
    if not isinstance(node.op, ast.UAdd):
        yield node, node.operand


def negated_condition(node: ast.If | ast.IfExp | ast.While | ast.comprehension) -> Iterator[Edit]:
    """``if a``: ``if not a``; a comparison's negation is ``other_comparison``'s."""
    for test in node.ifs if isinstance(node, ast.comprehension) else [node.test]:
        if not isinstance(test, ast.Compare) or len(test.ops) > 1:
            yield test, ast.UnaryOp(ast.Not(), test)


def other_number(node: ast.expr) -> Iterator[Edit]:
    """``1``: ``0``, ``2``, ``-1``; ``0.5``: ``1.0``, ``-0.5``; ``0``: ``1``."""
    value = number(node)
    if value is not None:
        if value == 1:
            yield node, _literal(0 * value)
        yield node, _literal(2 * value if isinstance(value, float) and value else value + 1)
        if value:
            yield node, _literal(-value)


def other_argument(node: ast.keyword) -> Iterator[Edit]:
    """``axis=…``: 0, 1, -1, None; a floating ``dtype=…``: float32; ``keepdims=…``, flags: not."""
    match node:
        case ast.keyword(arg="axis"):
            for value in (0, 1, -1, None):
                yield node.value, _literal(value)
        case ast.keyword(arg="dtype"):
            yield from _narrowed(node.value)
        case ast.keyword(arg="copy", value=ast.Constant(value=False)):
            return  # one copy more changes nothing that a case could see
        case ast.keyword(value=ast.Constant(value=bool(flag))):
            yield node.value, ast.Constant(not flag)
        case ast.keyword(arg="keepdims"):
            yield node.value, ast.UnaryOp(ast.Not(), node.value)


def narrowed_cast(node: ast.Call) -> Iterator[Edit]:
    """``a.astype(float)``: ``a.astype(np.float32)``."""
    if called(node) == "astype" and node.args:
        yield from _narrowed(node.args[0])


def narrowed_return(node: ast.Return) -> Iterator[Edit]:
    """``return a``: ``return a.astype(np.float32)``, for each part of what is returned."""
    for value in _leaves(node.value):
        cast = ast.Attribute(value, "astype", ast.Load())
        yield value, ast.Call(cast, [_parsed("np.float32")], [])


def swapped_arguments(node: ast.Call) -> Iterator[Edit]:
    """``f(a, b)``: ``f(b, a)``."""
    if len(node.args) == 2 and called(node) not in SYMMETRIC_CALLS:
        yield node, ast.Call(node.func, node.args[::-1], node.keywords)


def permuted_axes(node: ast.Call) -> Iterator[Edit]:
    """``a.transpose(0, 2, 1)``: ``a.transpose(2, 0, 1)``, ``a.transpose(0, 1, 2)``."""
    if called(node) == "transpose":
        if all(number(arg) is not None for arg in node.args):
            for args in _neighbours_swapped(node.args):
                yield node, ast.Call(node.func, args, node.keywords)
        for axes in (arg for arg in node.args if isinstance(arg, ast.Tuple)):
            for elts in _neighbours_swapped(axes.elts):
                yield axes, ast.Tuple(elts, axes.ctx)


def swapped_targets(node: ast.Tuple) -> Iterator[Edit]:
    """``a, b = …``: ``b, a = …``."""
    if isinstance(node.ctx, ast.Store):
        for targets in _neighbours_swapped(node.elts):
            yield node, ast.Tuple(targets, ast.Store())


def dropped_call(node: ast.Call) -> Iterator[Edit]:
    """``np.sqrt(a)``: ``a``; ``a.copy()``: ``a``."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in DROPPED_CALLS:
        owner = node.func.value
        if not (isinstance(owner, ast.Name) and owner.id in MODULES):
            yield node, owner
        elif node.args:
            yield node, node.args[0]


def dropped_transpose(node: ast.Attribute) -> Iterator[Edit]:
    """``a.T``: ``a``."""
    if node.attr in ("T", "mT"):
        yield node, node.value


def added_transpose(node: ast.BinOp) -> Iterator[Edit]:
    """``a @ b``: ``a.T @ b``, ``a @ b.T``."""
    if isinstance(node.op, ast.MatMult):
        for operand in (node.left, node.right):
            if not (isinstance(operand, ast.Attribute) and operand.attr in ("T", "mT")):
                yield operand, ast.Attribute(operand, "T", ast.Load())


def other_name(node: ast.Attribute | ast.Name) -> Iterator[Edit]:
    """``np.maximum``: ``np.minimum``; ``a.sum``: ``a.mean``; the built-in ``max``: ``min``."""
    match node:
        case ast.Attribute(value=owner, attr=name, ctx=ast.Load()) if name in NAMES:
            yield node, ast.Attribute(owner, NAMES[name], node.ctx)
        case ast.Name(id="max" | "min" as name, ctx=ast.Load()):
            yield node, ast.Name(NAMES[name], node.ctx)


def shorter_slice(node: ast.Slice) -> Iterator[Edit]:
    """``a[m:n]``: ``a[m + 1:n]``, ``a[m:n - 1]``; ``a[:-1]``: ``a[:-2]``, ``a[:]``."""
    if node.lower is not None:
        yield node.lower, _shifted(node.lower, 1)
    if node.upper is not None:
        yield node.upper, _shifted(node.upper, -1)
        if number(node.upper) is not None:
            yield node, ast.Slice(node.lower, None, node.step)


def deleted_statement(node: ast.AugAssign | ast.Expr | ast.Assign) -> Iterator[Edit]:
    """``a += b``, ``f(a)`` and ``a[i] = b``: ``pass``. Without ``a = b`` there would be no a."""
    stored = (ast.Subscript, ast.Attribute)
    match node:
        case ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield node, ast.Pass()
        case ast.Assign() if all(isinstance(target, stored) for target in node.targets):
            yield node, ast.Pass()


# What the rules share


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _literal(value: float | None) -> ast.expr:
    """``value`` as an expression; ``-1`` is the minus of a constant, or ``-1 ** n`` comes of it."""
    if value is not None and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def number(node: ast.AST) -> int | float | None:
    """The real number that ``node`` is, sign included; None for anything else."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int(value) | float(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value) | float(value))):
            return -value
    return None


def called(node: ast.Call) -> str:
    """The last name of what is called: ``sum`` for ``np.sum(a)`` and ``a.sum()``."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _narrowed(dtype: ast.expr) -> Iterator[Edit]:
    if not re.search(r"int|bool|float32|complex", ast.unparse(dtype)):
        yield dtype, _parsed("np.float32")


def _leaves(value: ast.expr | None) -> Iterator[ast.expr]:
    """The arrays of a returned value: itself, or what its tuples and dicts hold."""
    match value:
        case None | ast.Constant():
            return
        case ast.Tuple(elts=values) | ast.List(elts=values) | ast.Dict(values=values):
            for part in values:
                yield from _leaves(part)
        case _:
            yield value


def _neighbours_swapped(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for i in range(len(items) - 1):
        yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


def _shifted(bound: ast.expr, by: int) -> ast.expr:
    value = number(bound)
    if isinstance(value, int):
        return _literal(value + by)
    return ast.BinOp(bound, ast.Add() if by > 0 else ast.Sub(), ast.Constant(1))


RULES: tuple[tuple[type | tuple[type, ...], Callable[[Any], Iterator[Edit]]], ...] = (
    (ast.BinOp, other_operator),
    (ast.BinOp, dropped_operand),
    (ast.BinOp, added_transpose),
    (ast.AugAssign, other_update),
    (ast.Compare, other_comparison),
    (ast.BoolOp, other_connective),
    (ast.UnaryOp, dropped_sign),
    ((ast.If, ast.IfExp, ast.While, ast.comprehension), negated_condition),
    ((ast.Constant, ast.UnaryOp), other_number),
    (ast.keyword, other_argument),
    (ast.Call, narrowed_cast),
    (ast.Return, narrowed_return),
    (ast.Call, swapped_arguments),
    (ast.Call, permuted_axes),
    (ast.Call, dropped_call),
    (ast.Tuple, swapped_targets),
    (ast.Attribute, dropped_transpose),
    ((ast.Attribute, ast.Name), other_name),
    (ast.Slice, shorter_slice),
    ((ast.AugAssign, ast.Expr, ast.Assign), deleted_statement),
)
