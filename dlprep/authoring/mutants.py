"""Mutants of a reference solution: every small edit that a sharp set of cases should notice.

To add a kind of mutant, add a line to ``REWRITES`` or ``PAIRS``, or a case to ``_edits``.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NodePath = tuple[ast.AST, ...]  # from the module down to a node
Edit = tuple[ast.expr | ast.stmt, ast.AST]  # the part of a node to replace, and what replaces it

# An expression of any operands a and b, and its mutants
REWRITES: dict[str, tuple[str, ...]] = {
    "a + b": ("a - b", "a", "b"),
    "a - b": ("a + b", "a", "-b"),
    "a * b": ("a / b", "a", "b"),
    "a / b": ("a * b", "a", "1 / b"),
    "a // b": ("a * b", "a"),
    "a % b": ("a // b", "a"),
    "a ** b": ("a * b", "a"),
    "a @ b": ("a * b", "a", "b"),
    "a & b": ("a | b", "a", "b"),
    "a | b": ("a & b", "a", "b"),
    "a ^ b": ("a",),
    "a << b": ("a",),
    "a >> b": ("a",),
    "-a": ("a",),
    "~a": ("a",),
    "not a": ("a",),
    "a.T": ("a",),
    "a.mT": ("a",),
    # of an ordering, its neighbour (they differ at equality) and its negation
    "a < b": ("a <= b", "a >= b"),
    "a <= b": ("a < b", "a > b"),
    "a > b": ("a >= b", "a <= b"),
    "a >= b": ("a > b", "a < b"),
}
# Expressions that are each the mutant of the other
PAIRS = (
    ("a == b", "a != b"),
    ("a is b", "a is not b"),
    ("a in b", "a not in b"),
    ("a.maximum", "a.minimum"),
    ("a.max", "a.min"),
    ("a.argmax", "a.argmin"),
    ("a.sum", "a.mean"),
    ("a.exp", "a.expm1"),
    ("a.log", "a.log1p"),
    ("a.zeros", "a.ones"),
    ("a.zeros_like", "a.ones_like"),
    ("a.float64", "a.float32"),
)
# Calls that a reader may forget, leaving their array; calls that do not mind the order
DROPPED_CALLS = {"sqrt", "copy", "transpose", "swapaxes", "moveaxis"}
SYMMETRIC_CALLS = {"maximum", "minimum", "max", "min", "add", "multiply", "logaddexp", "swapaxes"}
MODULES = {"np", "numpy", "math"}  # np.copy(a) is a function of a, a.copy() a method of it
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
        for old, new in _edits(path[-1]):
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
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _called(node) in DTYPE_CALLS):
        return
    yield path
    children: list[Any] = []
    if isinstance(node, ast.arguments):
        children += _defaults(node)
    elif _number(node) is None:  # -1 is one number, not two nodes
        for field, value in ast.iter_fields(node):
            if field not in NOT_CODE:
                children += value if isinstance(value, list) else [value]
    for child in children:
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


def _edits(node: ast.AST) -> Iterator[Edit]:
    """The edits of one node, and of what it holds directly. The comments show what becomes what."""
    if isinstance(node, ast.expr):
        yield from _rewritten(node)
        yield from _other_numbers(node)
    match node:
        case ast.BinOp(op=ast.MatMult()):  # a @ b: a.T @ b, a @ b.T
            for operand in (node.left, node.right):
                if _form(operand) not in ("T", "mT"):
                    yield operand, _filled("a.T", a=operand)
        case ast.Compare(ops=[_, _, *_]):  # a < b < c: each sign as if it stood alone
            for i, op in enumerate(node.ops):
                for _, new in _rewritten(ast.Compare(node.left, [op], node.comparators[:1])):
                    assert isinstance(new, ast.Compare)
                    ops = [*node.ops[:i], *new.ops, *node.ops[i + 1 :]]
                    yield node, ast.Compare(node.left, ops, node.comparators)
        case ast.BoolOp(op=op, values=values):  # a and b: a or b
            yield node, ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.If() | ast.IfExp() | ast.While() | ast.comprehension():  # if a: if not a
            for test in node.ifs if isinstance(node, ast.comprehension) else [node.test]:
                if not isinstance(test, ast.Compare) or len(test.ops) > 1:  # else in REWRITES
                    yield test, _filled("not a", a=test)
        case ast.Call():
            yield from _of_call(node)
        case ast.keyword(arg="axis", value=value):
            for axis in (0, 1, -1, None):
                yield value, _literal(axis)
        case ast.keyword(arg="dtype", value=value):
            yield from _narrowed(value)
        case ast.keyword(arg="copy", value=ast.Constant(value=False)):
            pass  # one copy more changes nothing that a case could see
        case ast.keyword(value=ast.Constant(value=bool(flag)) as value):
            yield value, ast.Constant(not flag)
        case ast.keyword(arg="keepdims", value=value):
            yield value, _filled("not a", a=value)
        case ast.Name(id="max" | "min" as name, ctx=ast.Load()):
            yield node, _filled("min" if name == "max" else "max")
        case ast.Slice(lower=lower, upper=upper):  # a[m:n]: a[m + 1:n], a[m:n - 1]
            if lower is not None:
                yield lower, _shifted(lower, 1)
            if upper is not None:
                yield upper, _shifted(upper, -1)
                if _number(upper) is not None:  # a[:-1]: a[:]
                    yield node, ast.Slice(lower, None, node.step)
        case ast.Tuple(ctx=ast.Store()):  # a, b = c: b, a = c
            yield from _neighbours_swapped(node, "elts")
        case ast.AugAssign(target=target, op=op, value=value):  # a += b: a -= b, a = b, pass
            for _, new in _rewritten(ast.BinOp(target, op, value)):
                if isinstance(new, ast.BinOp) and new.left is target:
                    yield node, ast.AugAssign(target, new.op, value)
            yield node, ast.copy_location(ast.Assign([target], value), node)
            yield node, ast.Pass()
        case ast.Expr(value=ast.Call()):  # f(a): pass
            yield node, ast.Pass()
        case ast.Assign(targets=targets):  # a[i] = b: pass; without a = b there would be no a
            if all(isinstance(target, ast.Subscript | ast.Attribute) for target in targets):
                yield node, ast.Pass()
        case ast.Return(value=value):  # return a: return a.astype(np.float32)
            for part in _leaves(value):
                yield part, _filled("a.astype(np.float32)", a=part)


def _of_call(node: ast.Call) -> Iterator[Edit]:
    args, name = node.args, _called(node)
    if name == "astype" and args:
        yield from _narrowed(args[0])
    if len(args) == 2 and name not in SYMMETRIC_CALLS:  # f(a, b): f(b, a)
        yield from _neighbours_swapped(node, "args")
    if name == "transpose":
        if all(_number(arg) is not None for arg in args):  # a.transpose(0, 1): a.transpose(1, 0)
            yield from _neighbours_swapped(node, "args")
        for axes in args:
            if isinstance(axes, ast.Tuple):
                yield from _neighbours_swapped(axes, "elts")
    if isinstance(node.func, ast.Attribute) and name in DROPPED_CALLS:  # np.sqrt(a), a.copy(): a
        owner = node.func.value
        if not (isinstance(owner, ast.Name) and owner.id in MODULES):
            yield node, owner
        elif args:
            yield node, args[0]


def _rewritten(node: ast.expr) -> Iterator[Edit]:
    """What ``REWRITES`` and ``PAIRS`` say."""
    children = ast.iter_child_nodes(node)
    operands = dict(zip("ab", (one for one in children if isinstance(one, ast.expr)), strict=False))
    for template in _TEMPLATES.get(_form(node), ()):
        yield node, _filled(template, **operands)


def _other_numbers(node: ast.expr) -> Iterator[Edit]:
    """``1``: ``0``, ``2``, ``-1``; ``0.5``: ``1.0``, ``-0.5``; ``0``: ``1``."""
    value = _number(node)
    if value is not None:
        if value == 1:
            yield node, _literal(0 * value)
        yield node, _literal(2 * value if isinstance(value, float) and value else value + 1)
        if value:
            yield node, _literal(-value)


def _narrowed(dtype: ast.expr) -> Iterator[Edit]:
    if not re.search(r"int|bool|float32|complex", ast.unparse(dtype)):
        yield dtype, _filled("np.float32")


def _filled(template: str, **operands: ast.expr) -> ast.expr:
    """The expression ``template`` with operands in place of their names."""
    tree = ast.parse(template, mode="eval").body
    names = (one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id in operands)
    return copy.deepcopy(tree, {id(name): operands[name.id] for name in names})


def _form(node: ast.expr) -> object:
    """What tells the expressions of ``REWRITES`` apart: the operator, or the attribute's name."""
    match node:
        case ast.BinOp(op=op) | ast.UnaryOp(op=op) | ast.Compare(ops=[op]):
            return type(op)
        case ast.Attribute(attr=name, ctx=ast.Load()):
            return name
    return None


_TEMPLATES = {_form(_filled(old)): new for old, new in REWRITES.items()}
for one, other in PAIRS:
    _TEMPLATES |= {_form(_filled(one)): (other,), _form(_filled(other)): (one,)}


def _literal(value: float | None) -> ast.expr:
    """``value`` as an expression; ``-1`` is the minus of a constant, or ``-1 ** n`` comes of it."""
    if value is not None and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _number(node: ast.AST) -> int | float | None:
    """The real number that ``node`` is, sign included; None for anything else."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value) | float(value))):
            return -value
        case ast.Constant(value=int(value) | float(value)) if not isinstance(value, bool):
            return value
    return None


def _called(node: ast.Call) -> str:
    """The last name of what is called: ``sum`` for ``np.sum(a)`` and ``a.sum()``."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _leaves(value: ast.expr | None) -> Iterator[ast.expr]:
    """The arrays of a returned value: itself, or what its tuples and dicts hold."""
    match value:
        case ast.Tuple(elts=values) | ast.List(elts=values) | ast.Dict(values=values):
            for part in values:
                yield from _leaves(part)
        case ast.expr() if not isinstance(value, ast.Constant):
            yield value


def _neighbours_swapped(node: ast.expr, field: str) -> Iterator[Edit]:
    items = getattr(node, field)
    for i in range(len(items) - 1):
        new = copy.copy(node)
        setattr(new, field, [*items[:i], items[i + 1], items[i], *items[i + 2 :]])
        yield node, new


def _shifted(bound: ast.expr, by: int) -> ast.expr:
    value = _number(bound)
    if isinstance(value, int):
        return _literal(value + by)
    return _filled("a + 1" if by > 0 else "a - 1", a=bound)
