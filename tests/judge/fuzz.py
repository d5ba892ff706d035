"""Results of every kind in place of right ones, for any exercise, without a process.

A stand-in for a worker runs the reference and changes one answer; the judge must say that the
submission is wrong, and never that it is itself at fault.
"""

from __future__ import annotations

import json
import types
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from dlprep import catalog
from dlprep.catalog import Exercise
from dlprep.checks.values import same
from dlprep.judge.judge import judge
from dlprep.judge.replay import load_text
from dlprep.sandbox import wire
from dlprep.sandbox.process import OnCallback
from dlprep.sandbox.requests import Kept, Runner, describe, signatures
from dlprep.verdict import Verdict

Rng = np.random.Generator
ODD: dict[str, Any] = {"__name__": "odd"}  # where a submission's own objects come from
exec(
    """
class Hostile:
    def __getattr__(self, name): raise RuntimeError(name)
class Full:
    shape, dtype, ndim, size, data, grad, value = (2, 3), "float64", -1, None, 1j, "no", [1]
    def __len__(self): return 10**9
    def __call__(self, *args): return self
    def __add__(self, other): return None
    __radd__ = __mul__ = __rmul__ = __sub__ = __getitem__ = __add__
class Odd(Exception): pass
def function(*args, **kwargs): return function
def generator():
    while True: yield None
def short(): yield 1
def fails():
    yield 1
    raise Odd("later")
""",
    ODD,
)
PLAIN: list[Callable[[], Any]] = [
    lambda: None, lambda: True, lambda: False, lambda: 0, lambda: -1, lambda: 3, lambda: 10**400,
    lambda: -(10**4000), lambda: 10**5000, lambda: 0.5, lambda: float("nan"), lambda: float("inf"),
    lambda: -float("inf"), lambda: 1e308, lambda: 5e-324, lambda: 1j, lambda: complex("nan+infj"),
    lambda: "", lambda: "text", lambda: "\ud800\x1b[2J", lambda: "x" * 100_000, lambda: b"",
    lambda: b"bytes", lambda: [], lambda: (), lambda: {}, lambda: [None], lambda: (None, None),
    lambda: [[1, 2], [3]], lambda: ((), [()], {}), lambda: [1.0] * 1000, lambda: {1, 2},
    lambda: object(), lambda: int, lambda: np, lambda: slice(1), lambda: range(3), lambda: ...,
    lambda: NotImplemented, lambda: {"": {}}, lambda: {None: 1, 1j: 2, b"\0": 3, (1, "a"): 4},
    lambda: {"\x1b": np.nan, "\ud800": []}, lambda: {n: n for n in range(500)},
    lambda: {"k" * 300: 1}, lambda: np.float64("nan"), lambda: np.float32(1), lambda: np.int8(-1),
    lambda: np.uint64(2**64 - 1), lambda: np.bool_(True), lambda: np.complex64(1j),
    lambda: np.float16("inf"), lambda: np.longdouble(1), lambda: np.str_("a"),
    lambda: np.datetime64("2020"), lambda: np.array(1.0), lambda: np.array(None),
    lambda: np.array(["text"]), lambda: np.array([None, 1]), lambda: np.zeros(0),
    lambda: np.zeros((0, 3)), lambda: np.zeros((3, 0)), lambda: np.zeros((0, 1 << 40)),
    lambda: np.ones((60_000, 1)), lambda: np.ones((1, 60_000)), lambda: np.ones((1,) * 32),
    lambda: np.broadcast_to(1.0, (1000, 1000)), lambda: np.broadcast_to(1.0, (10**6, 10**6)),
    lambda: np.zeros(2, "f8,i4"), lambda: np.ma.masked_array([1.0], [True]),
    lambda: np.ones(3)[::-1], lambda: np.asfortranarray(np.ones((2, 3))), lambda: np.ones((2, 2)),
    lambda: [np.ones(2), np.ones((3, 1))], lambda: (np.ones((2, 3)), None),
    lambda: (1.0, np.zeros((2, 2)), {}), lambda: np.random.default_rng(0),
    lambda: ODD["Hostile"](), lambda: ODD["Full"](), lambda: ODD["Hostile"], lambda: ODD["Full"],
    lambda: ODD["function"], lambda: ODD["generator"](), lambda: ODD["short"](),
    lambda: ODD["fails"](), lambda: iter([1, 2]), lambda: lambda: None, lambda: len,
]  # fmt: skip
RAISED: list[Callable[[], BaseException]] = [
    lambda: ValueError("no"), lambda: KeyError(("a", 1)), lambda: MemoryError(),
    lambda: NotImplementedError(), lambda: SystemExit(3), lambda: KeyboardInterrupt(),
    lambda: RecursionError("x" * 10_000), lambda: StopIteration(1), lambda: GeneratorExit(),
    lambda: AssertionError(), lambda: ImportError("\x1b"), lambda: OSError(5, "five"),
    lambda: SyntaxError("bad"), lambda: UnicodeDecodeError("a", b"", 0, 1, ""),
    lambda: ExceptionGroup("group", [ValueError()]), lambda: ODD["Odd"]("own"),
    lambda: Warning("w"), lambda: BaseException(),
]  # fmt: skip
DTYPES = [f"{order}{one}" for one in ("f2", "f4", "c8", "c16", "i1", "u8", "f8") for order in "<>"]


def changed(value: Any, rng: Rng) -> Any:
    """A value that is like the right one, but for something."""
    if isinstance(value, (list, tuple)) and len(value):
        parts = list(value)
        at = int(rng.integers(len(parts)))
        match rng.integers(5):
            case 0:
                parts.pop(at)
            case 1:
                parts.append(parts[at])
            case 2:
                parts[at] = PLAIN[rng.integers(len(PLAIN))]()
            case _:
                parts[at] = changed(parts[at], rng)
        return type(value)(parts) if type(value) in (list, tuple) else tuple(parts)
    if isinstance(value, dict) and value:
        parts = dict(value)
        at = list(parts)[rng.integers(len(parts))]
        match rng.integers(4):
            case 0:
                del parts[at]
            case 1:
                parts["another"] = parts[at]
            case 2:
                parts[at] = PLAIN[rng.integers(len(PLAIN))]()
            case _:
                parts[at] = changed(parts[at], rng)
        return parts
    if isinstance(value, (np.ndarray, np.generic, float, int)) and not isinstance(value, bool):
        return changed_array(np.asarray(value), rng)
    return PLAIN[rng.integers(len(PLAIN))]()


def changed_array(array: Any, rng: Rng) -> Any:
    """An array of another shape, dtype or value."""
    ways: list[Callable[[], Any]] = [
        lambda: array[None],
        lambda: array[..., None],
        lambda: array.ravel()[:-1],
        lambda: array.T,
        lambda: array.tolist(),
        lambda: array.sum(),
        lambda: array.astype(DTYPES[rng.integers(len(DTYPES))]) + 1,
        lambda: array + (1 << 62),
        lambda: array * np.nan,
        lambda: np.full(array.shape, np.inf),
        lambda: np.broadcast_to(np.float64(7.0), array.shape),
        lambda: np.full(array.shape, 3, "u1"),
        lambda: np.zeros(array.shape, bool),
        lambda: np.full(array.shape, None),
        lambda: -array - 1,
        lambda: np.repeat(array[None], 3, axis=0),
        lambda: array.astype(complex) + 1j,
    ]
    return ways[rng.integers(len(ways))]()


class _Values(wire.Codec):
    """Decodes a result for comparison: what stays in the worker becomes a word."""

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        return f"<{tag}>"


def partly_same(odd: Any, right: Any) -> bool:
    """Whether a case that looks at some of an answer alone may find it right.

    A case of the forward ignores the gradients beside it; and a loss is the same sum in whatever
    shape the numbers stand. The cases of the exercise look at every part, but not each case does.
    """
    if isinstance(odd, (list, tuple)) and isinstance(right, (list, tuple)):
        return any(partly_same(*pair) for pair in zip(odd, right, strict=False)) or not right
    if isinstance(odd, dict) and isinstance(right, dict):
        return any(partly_same(odd[key], one) for key, one in right.items() if key in odd)
    with suppress(Exception):  # of objects that have no numbers
        return bool(np.array_equal(np.unique(odd), np.unique(right), equal_nan=True))
    return same(odd, right)


class Fuzzed:
    """Stands in for a worker: the reference, with the answer to request ``at`` changed.

    A ``lasting`` change is to later calls of the same function as well.
    """

    closed, isolation = False, ""

    def __init__(self, source: str, at: int, rng: Rng, *, lasting: bool = False) -> None:
        self.module: types.ModuleType = load_text(source)
        self.runner = Runner(vars(self.module), self._call_back, watched=True)
        self.at, self.rng, self.count = at, rng, 0
        self.lasting, self.function = lasting, ""
        self.material = False  # whether an answer was changed that a case must notice
        self.what = ""

    def wait_ready(self) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """There is nothing to end."""

    def request(
        self, message: wire.Message, arrays: wire.Arrays, seconds: float, on_callback: OnCallback
    ) -> wire.Frame:
        """Answer as a worker does."""
        self.on_callback = on_callback
        reply: wire.Message = {"printed": "", "lost": 0, "warnings": [], "lines": 0, "peak": 0}
        if message["op"] == "load":
            return {**reply, "functions": signatures(vars(self.module)), "refused": []}, []
        self.count += 1
        name = message.get("function", "")
        changes = self.count == self.at or (self.lasting and name and name == self.function)
        message = {**message, "observe": ""} if message.get("observe") == "memory" else message
        try:
            answer, out = self.runner.run(message, [array.copy() for array in arrays])
            if changes:
                answer, out = self._change(message, answer, out)
        except Exception as error:
            return {**reply, "raised": describe(error, "reference.py")}, []
        return {**reply, **answer}, [array.copy() for array in out]

    def _change(self, message: wire.Message, answer: wire.Message, out: Any) -> wire.Frame:
        right = _Values().decode(answer["value"], out)
        self.function = message.get("function", "")
        if self.rng.integers(10) == 0:
            error = RAISED[self.rng.integers(len(RAISED))]()
            self.material |= not self._ignored(message, right)
            self.what = repr(error)[:200]
            return {**answer, "raised": describe(error, "reference.py")}, []
        odd = PLAIN[self.rng.integers(len(PLAIN))]()
        if self.rng.integers(2):
            with suppress(TypeError, ValueError, OverflowError, IndexError):
                odd = changed(right, self.rng)
        self.what = f"{type(odd).__name__} {str(type(odd) is not ODD['Hostile'] and odd)[:200]!r}"
        own = message.get("keep", [])  # what stays in the worker is never looked at
        if own and isinstance(odd, (list, tuple)) and len(odd) > max(own):
            odd = tuple(Kept(part) if n in own else part for n, part in enumerate(odd))
        given: wire.Arrays = []
        try:
            node = self.runner.encode(odd, given)
            wire.pack({"value": node}, given)
        except wire.Unsendable as error:
            node, given = {"foreign": str(error)[:100]}, []
        node = json.loads(json.dumps(node))
        seen = _Values().decode(node, given)
        unlike = not same(seen, right) and not partly_same(seen, right)
        self.material |= unlike and not self._ignored(message, right)
        return {**answer, "value": node}, given

    @staticmethod
    def _ignored(message: wire.Message, right: Any) -> bool:
        """Whether nobody looks at the answer: an assignment, an iterator's end, no result."""
        assigns = message["op"] == "set" or message.get("name") == "setitem"
        return assigns or message["op"] == "next" or (message["op"] == "invoke" and right is None)

    def _call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        arrays: wire.Arrays = []
        nodes = [self.runner.encode(value, arrays) for value in (args, kwargs)]
        frame = {"callback": number, "args": nodes[0], "kwargs": nodes[1]}
        reply, values = self.on_callback(frame, [array.copy() for array in arrays])
        if "raised" in reply:
            raise RuntimeError(reply["raised"])
        return self.runner.decode(reply["value"], [array.copy() for array in values])


@dataclass(frozen=True)
class Trial:
    """One change, and the verdict."""

    slug: str
    case: str
    at: int
    number: int
    what: str
    material: bool
    verdict: Verdict

    @property
    def bad(self) -> bool:
        """Whether the judge was at fault, or passed a wrong answer."""
        return self.verdict.status == "fault" or (self.material and self.verdict.status == "passed")


def try_one(number: int, *, explain: bool) -> Trial:
    """Change one answer of one case: all of it follows from ``number``."""
    rng = np.random.default_rng([12, number])
    slugs = catalog.slugs()
    slug = slugs[rng.integers(len(slugs))]
    requests = _requests(slug)
    case = list(requests)[rng.integers(len(requests))]
    at = int(rng.integers(1, requests[case] + 1))
    exercise, source = _exercise(slug)
    worker = Fuzzed(source, at, rng, lasting=bool(rng.integers(2)))
    verdict = judge(
        exercise,
        source.encode(),
        seed=1,
        only=case,
        worker=worker,
        start=lambda: worker,
        quick=not explain,
    )
    return Trial(slug, case, at, number, worker.what, worker.material, verdict)


@cache
def _exercise(slug: str) -> tuple[Exercise, str]:
    found = replace(catalog.find(slug), seconds=1000.0)
    return found, found.reference.read_text(encoding="utf-8")


@cache
def _requests(slug: str) -> Counter[str]:
    """How many requests each case makes of the reference."""
    exercise, source = _exercise(slug)
    worker = Fuzzed(source, 0, np.random.default_rng(0))
    seen: Counter[str] = Counter()
    first = judge(exercise, source.encode(), seed=1, worker=worker, quick=True)
    for case in first.cases:
        worker = Fuzzed(source, 0, np.random.default_rng(0))
        alone = judge(exercise, source.encode(), seed=1, only=case.name, worker=worker, quick=True)
        assert alone.status == "passed", case
        if worker.count:
            seen[case.name] = worker.count
    return seen
