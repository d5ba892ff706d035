"""What a submission may import, and what stands for the rest: the worker's side.

A refused module does no harm until it is used: its import gives an ``Absent``. Where the import is
in a ``try`` that expects it to fail, it fails at once, so that the fallback runs.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable
from functools import cached_property
from typing import Any, NoReturn

# The harmless part of the standard library: it computes, and does not reach the machine.
ALLOWED = frozenset(
    """
    __future__ abc array bisect cmath collections contextlib copy dataclasses datetime decimal enum
    fractions functools graphlib heapq itertools json math numbers numpy operator pprint random re
    statistics string struct textwrap time types typing unicodedata warnings
    """.split()  # noqa: SIM905 - a list of forty quoted names reads worse
)
REFUSED_PARTS = frozenset({"numpy.ctypeslib", "numpy.f2py", "numpy.distutils"})
EXPECTING = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})

# To use an absent module is to call one of these, by their names without underscores
OPERATORS = """
    add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor
    """.split()  # noqa: SIM905 - as above
USES = """
    call iter len bool contains getitem setitem delitem setattr eq ne lt le gt ge neg pos abs invert
    int float complex index round enter exit aenter await aiter array array_ufunc mro_entries
    instancecheck subclasscheck
    """.split()  # noqa: SIM905 - as above


class ImportRefused(ModuleNotFoundError):
    """The submission needs a module beyond NumPy and the harmless standard library."""


class Imports:
    """``__import__`` for a submission's own statements; NumPy itself imports what it likes.

    ``refused`` has the modules that were refused without an exception, and their lines.
    """

    def __init__(self, file: str, source: bytes) -> None:
        self.file, self.source = file, source
        self.refused: dict[tuple[str, int], None] = {}  # in order, each once

    def __call__(
        self,
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """The module, or what stands for it."""
        parts, frame = fromlist or (), sys._getframe(1)
        here = frame.f_lineno if frame.f_code.co_filename == self.file else 0
        if level:
            raise self._error("." * level + (name or ", ".join(parts)), here)
        for wanted in (name, *(f"{name}.{part}" for part in parts)):
            if ".".join(wanted.split(".")[:2]) in REFUSED_PARTS:
                raise self._error(wanted, here)
        if name.partition(".")[0] in ALLOWED:
            return __import__(name, globals, locals, parts, level)
        # a call of __import__ and an import in an ``exec`` have no statement
        if self._expected.get(here, True) or "*" in parts:
            raise self._error(name, here)
        self.refused[name, here] = None
        return Absent(name if parts else name.partition(".")[0], self._error)

    def _error(self, *new: Any) -> ImportRefused:
        """All that was refused, and the name and the line of a ``new`` one."""
        refused = [*self.refused, *([new] if new else [])]
        told = (f"{name} (line {line})" if line else name for name, line in refused)
        return ImportRefused(", ".join(dict.fromkeys(told)))

    @cached_property
    def _expected(self) -> dict[int, bool]:
        """The lines of import statements: is each in a ``try`` that expects it to fail?"""
        with warnings.catch_warnings(action="ignore"):  # compiling it has given them
            waiting: list[tuple[ast.AST, bool]] = [(ast.parse(self.source), False)]
        found: dict[int, bool] = {}
        while waiting:
            node, expected = waiting.pop()
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found[node.lineno] = expected
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                expected = False  # it runs when it is called
            inside: list[ast.stmt] = []
            if isinstance(node, (ast.Try, ast.TryStar)) and any(map(_expects, node.handlers)):
                inside = node.body
            waiting += [(one, True) for one in inside]
            waiting += [
                (one, expected)
                for one in ast.iter_child_nodes(node)
                if isinstance(one, (ast.stmt, ast.excepthandler, ast.match_case))
                and one not in inside
            ]
        return found


def _expects(handler: ast.ExceptHandler) -> bool:
    """Whether it catches a failing import."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in EXPECTING for kind in kinds)


class Absent:
    """Stands for a refused module, or for a part of one: to use it raises ``error()``."""

    def __init__(self, name: str, error: Callable[[], ImportRefused]) -> None:
        vars(self).update(_name=name, _error=error)

    def __getattr__(self, part: str) -> Absent:
        if part.startswith("__"):  # Python and NumPy ask what it can do
            raise AttributeError(part)
        return Absent(f"{vars(self)['_name']}.{part}", vars(self)["_error"])

    def __or__(self, _: object) -> Absent:  # an annotation is no use: torch.Tensor | None
        return self

    __ror__ = __or__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<{vars(self)['_name']}, which is not there>"


def _use(absent: Absent, *_: Any, **__: Any) -> NoReturn:
    error: ImportRefused = vars(absent)["_error"]()
    raise error


# Reflected ones have an r before their name
for _name in (*USES, *OPERATORS, *(f"r{name}" for name in OPERATORS)):
    setattr(Absent, f"__{_name}__", _use)
