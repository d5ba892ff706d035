import ast

import pytest

from dlprep.authoring.mutants import Mutant, mutants

SAMPLE = '''
"""A module's docstring: 1 + 2."""
import numpy as np


def softmax(x: "np.ndarray[1]", axis: int = -1, *, eps=1e-5) -> "tuple[1, 2]":
    """Rows that sum to 1 + 1."""
    if x.ndim == 0 or not x.size:
        raise ValueError(f"need {x.ndim + 1} axes")
    assert x.all(), f"{1 + 1}"
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / (e.sum(axis=axis, keepdims=True) + eps)


class Layer:
    def forward(self, x, W, b, mask=None):
        N, D = x.shape
        y = np.sqrt(x.reshape(N, -1) @ W) + b
        y[:, 1:-1] *= np.maximum(y, 0.5)[:, 2:]
        self.cache = x.copy()
        scale = -2.0 if mask else 1
        return {"y": y.T * scale, "x": [x.transpose(0, 2, 1) ** -2]}, np.zeros_like(b, dtype=float)
'''


def edits(body: str) -> list[str]:
    """The mutants of a function of one statement, as ``before -> after``."""
    found = mutants(f"def f(a, b, c):\n    {body}\n")
    return [mutant.id.removeprefix("f: ") for mutant in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # operators, dropped terms and factors
        ("y = a + b", ["a + b -> a - b", "a + b -> a", "a + b -> b"]),
        ("y = a - b", ["a - b -> a + b", "a - b -> a", "a - b -> -b"]),
        ("y = a * b", ["a * b -> a / b", "a * b -> a", "a * b -> b"]),
        ("y = a / b", ["a / b -> a * b", "a / b -> a", "a / b -> 1 / b"]),
        ("y = a // b", ["a // b -> a * b", "a // b -> a"]),
        ("y = a % b", ["a % b -> a // b", "a % b -> a"]),
        ("y = a ** b", ["a ** b -> a * b", "a ** b -> a"]),
        ("y = a & b", ["a & b -> a | b", "a & b -> a", "a & b -> b"]),
        ("y = a | b", ["a | b -> a & b", "a | b -> a", "a | b -> b"]),
        ("y = a << b", ["a << b -> a"]),
        (
            "y = a + b + c",
            [
                "a + b + c -> a + b - c",
                "a + b + c -> a + b",
                "a + b + c -> c",
                "a + b -> a - b",
                "a + b -> a",
                "a + b -> b",
            ],
        ),
        # updates and deleted statements
        ("a += b", ["a += b -> a -= b", "a += b -> a = b", "a += b -> pass"]),
        ("a.sort()", ["a.sort() -> pass"]),
        ("a[b] = c", ["a[b] = c -> pass"]),
        ("a.b = c", ["a.b = c -> pass"]),
        ("a = b", []),
        # comparisons, conditions, signs
        ("y = a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("y = a <= b", ["a <= b -> a < b", "a <= b -> a > b"]),
        ("y = a > b", ["a > b -> a >= b", "a > b -> a <= b"]),
        ("y = a >= b", ["a >= b -> a > b", "a >= b -> a < b"]),
        ("y = a == b", ["a == b -> a != b"]),
        ("y = a != b", ["a != b -> a == b"]),
        ("y = a is None", ["a is None -> a is not None"]),
        ("y = a is not b", ["a is not b -> a is b"]),
        ("y = a in b", ["a in b -> a not in b"]),
        ("y = a not in b", ["a not in b -> a in b"]),
        ("y = a and b", ["a and b -> a or b"]),
        ("y = a or b", ["a or b -> a and b"]),
        ("y = -a", ["y = -a -> y = a"]),
        ("y = ~a", ["y = ~a -> y = a"]),
        ("y = not a", ["y = not a -> y = a"]),
        ("y = +a", []),
        ("y = b if a else c", ["b if a else c -> b if not a else c"]),
        ("while a: pass", ["a -> not a"]),
        ("if a: pass", ["a -> not a"]),
        ("if a is b: pass", ["a is b -> a is not b"]),
        ("y = [a for a in b if a]", ["a -> not a"]),
        (
            "if a < b < c: pass",
            [
                "a < b < c -> not a < b < c",
                "a < b < c -> a <= b < c",
                "a < b < c -> a >= b < c",
                "a < b < c -> a < b <= c",
                "a < b < c -> a < b >= c",
            ],
        ),
        # numbers and flags
        ("y = 0", ["y = 0 -> y = 1"]),
        ("y = 1", ["y = 1 -> y = 0", "y = 1 -> y = 2", "y = 1 -> y = -1"]),
        ("y = 3", ["y = 3 -> y = 4", "y = 3 -> y = -3"]),
        ("y = -1", ["y = -1 -> y = 1", "y = -1 -> y = 0"]),
        ("y = 0.0", ["y = 0.0 -> y = 1.0"]),
        ("y = 1.0", ["y = 1.0 -> y = 0.0", "y = 1.0 -> y = 2.0", "y = 1.0 -> y = -1.0"]),
        ("y = 1e-5", ["y = 1e-05 -> y = 2e-05", "y = 1e-05 -> y = -1e-05"]),
        ("y = 'a', b'b', None, True, ...", []),
        ("y = a.shape[0]", ["a.shape[0] -> a.shape[1]"]),
        # axes, keepdims, dtypes
        ("y = f(axis=a)", [f"axis=a -> axis={axis}" for axis in (0, 1, -1, None)]),
        ("y = f(axis=0)", [f"axis=0 -> axis={axis}" for axis in (1, -1, None)]),
        (
            "y = f(axis=(0, 2))",
            [
                "axis=(0, 2) -> axis=0",
                "axis=(0, 2) -> axis=1",
                "axis=(0, 2) -> axis=-1",
                "axis=(0, 2) -> axis=None",
                "axis=(0, 2) -> axis=(1, 2)",
                "axis=(0, 2) -> axis=(0, 3)",
                "axis=(0, 2) -> axis=(0, -2)",
            ],
        ),
        ("y = f(keepdims=True)", ["keepdims=True -> keepdims=False"]),
        ("y = f(keepdims=a)", ["keepdims=a -> keepdims=not a"]),
        ("y = f(shuffle=False)", ["shuffle=False -> shuffle=True"]),
        ("y = f(copy=True)", ["copy=True -> copy=False"]),
        ("y = f(copy=False)", []),
        ("y = f(dtype=np.float64)", ["dtype=np.float64 -> dtype=np.float32"]),
        ("y = f(dtype=a.dtype)", ["dtype=a.dtype -> dtype=np.float32"]),
        ("y = f(dtype=np.int64)", []),
        ("y = a.astype(float)", ["a.astype(float) -> a.astype(np.float32)"]),
        ("y = a.astype(bool)", []),
        ("y = a.astype(np.float32)", ["a.astype(np.float32) -> a.astype(np.float64)"]),
        # returned values
        ("return a", ["a -> a.astype(np.float32)"]),
        ("return a, {'b': b}", ["a -> a.astype(np.float32)", "b -> b.astype(np.float32)"]),
        ("return -a", ["-a -> (-a).astype(np.float32)", "return -a -> return a"]),
        ("return 'a', None", []),
        ("return", []),
        # swapped arguments and targets
        ("y = f(a, b)", ["f(a, b) -> f(b, a)"]),
        ("y = f(a, b, c)", []),
        ("y = f(a, a)", []),
        ("y = np.hypot(a, b, out=c)", ["np.hypot(a, b, out=c) -> np.hypot(b, a, out=c)"]),
        ("a, b = c", ["a, b = c -> b, a = c"]),
        ("a, b, c = y", ["a, b, c = y -> b, a, c = y", "a, b, c = y -> a, c, b = y"]),
        ("for a, b in c: pass", ["(a, b) -> (b, a)"]),
        # transposes
        ("y = a.T", ["y = a.T -> y = a"]),
        (
            "y = a @ b",
            [
                "a @ b -> a * b",
                "a @ b -> a",
                "a @ b -> b",
                "a @ b -> a.T @ b",
                "a @ b -> a @ b.T",
            ],
        ),
        (
            "y = a.T @ b",
            [
                "a.T @ b -> a.T * b",
                "a.T @ b -> a.T",
                "a.T @ b -> b",
                "a.T @ b -> a.T @ b.T",
                "a.T @ b -> a @ b",
            ],
        ),
        (
            "y = np.transpose(a, (0, b, c))",
            [
                "np.transpose(a, (0, b, c)) -> np.transpose((0, b, c), a)",
                "np.transpose(a, (0, b, c)) -> np.transpose(a, (b, 0, c))",
                "np.transpose(a, (0, b, c)) -> np.transpose(a, (0, c, b))",
                "np.transpose(a, (0, b, c)) -> a",
                "np.transpose(a, (0, b, c)) -> np.transpose(a, (1, b, c))",
            ],
        ),
        (
            "y = a.transpose(0, 2)",
            [
                "a.transpose(0, 2) -> a.transpose(2, 0)",
                "a.transpose(0, 2) -> a",
                "a.transpose(0, 2) -> a.transpose(1, 2)",
                "a.transpose(0, 2) -> a.transpose(0, 3)",
                "a.transpose(0, 2) -> a.transpose(0, -2)",
            ],
        ),
        ("y = a.swapaxes(b, c)", ["a.swapaxes(b, c) -> a"]),
        # functions
        ("y = np.maximum(a, b)", ["np.maximum(a, b) -> np.minimum(a, b)"]),
        ("y = np.minimum(a, b)", ["np.minimum(a, b) -> np.maximum(a, b)"]),
        ("y = max(a, b)", ["max(a, b) -> min(a, b)"]),
        ("y = a.sum()", ["a.sum() -> a.mean()"]),
        ("y = np.mean(a)", ["np.mean(a) -> np.sum(a)"]),
        ("y = np.exp(a)", ["np.exp(a) -> np.expm1(a)"]),
        ("y = np.log1p(a)", ["np.log1p(a) -> np.log(a)"]),
        ("y = np.zeros_like(a)", ["np.zeros_like(a) -> np.ones_like(a)"]),
        ("y = np.ones_like(a)", ["np.ones_like(a) -> np.zeros_like(a)"]),
        ("y = a.argmax()", ["a.argmax() -> a.argmin()"]),
        ("y = np.sqrt(a)", ["np.sqrt(a) -> a"]),
        ("y = a.copy()", ["a.copy() -> a"]),
        ("y = np.copy(a)", ["np.copy(a) -> a"]),
        # slices
        ("y = a[b:c]", ["a[b:c] -> a[b + 1:c]", "a[b:c] -> a[b:c - 1]"]),
        (
            "y = a[:, 1:]",
            ["a[:, 1:] -> a[:, 2:]", "a[:, 1:] -> a[:, 0:]", "a[:, 1:] -> a[:, -1:]"],
        ),
        (
            "y = a[:-1]",
            ["a[:-1] -> a[:-2]", "a[:-1] -> a[:]", "a[:-1] -> a[:1]", "a[:-1] -> a[:0]"],
        ),
        ("y = a[::-1]", ["a[::-1] -> a[::1]", "a[::-1] -> a[::0]"]),
        ("y = a[:]", []),
        # what is not code
        ("'1 + 1'", []),
        ("y: 'a[1]' = b", []),
        ("import numpy as np", []),
        ("raise ValueError(f'{a + 1}')", []),
        ("y = np.result_type(a, 1.0), np.promote_types(b, np.float32)", []),
        ("assert a, b + 1", []),
    ],
)
def test_each_kind_of_edit_gives_exactly_these_mutants(body: str, expected: list[str]) -> None:
    assert edits(body) == expected


def test_every_mutant_of_a_longer_sample_compiles_and_differs_from_it_and_the_others() -> None:
    found = mutants(SAMPLE)
    for mutant in found:
        compile(mutant.source, mutant.id, "exec")
    trees = {ast.dump(ast.parse(source)) for source in [SAMPLE, *(m.source for m in found)]}
    assert len(trees) == len(found) + 1
    assert len({mutant.id for mutant in found}) == len(found)


def test_a_mutant_shows_its_function_its_line_and_its_one_edit() -> None:
    found = {mutant.id: mutant for mutant in mutants(SAMPLE)}
    mutant = found["softmax: axis=axis -> axis=0"]
    assert mutant == Mutant(
        id="softmax: axis=axis -> axis=0",
        line=11,
        source=ast.unparse(ast.parse(SAMPLE.replace("max(axis=axis", "max(axis=0"))),
    )
    assert found["softmax: axis=axis -> axis=0 (2)"].line == 12
    assert found["softmax: eps=1e-05 -> eps=2e-05"].line == 6
    assert found["softmax: axis=-1 -> axis=None"].line == 6
    assert "Layer.forward: N, D = x.shape -> D, N = x.shape" in found


def test_a_module_s_own_statements_are_mutated_too() -> None:
    found = mutants("EPS = 0\n\n@cache(maxsize=1)\ndef f() -> 1: ...\n")
    assert [mutant.id for mutant in found] == ["module: EPS = 0 -> EPS = 1"]


def test_ids_outlive_edits_elsewhere() -> None:
    before = {mutant.id for mutant in mutants(SAMPLE)}
    after = {mutant.id for mutant in mutants("def first(a):\n    return a + 1\n" + SAMPLE)}
    assert before < after
    assert {name.split(":")[0] for name in after - before} == {"first"}


def test_defaults_of_every_sort_of_parameter_are_mutated_by_name() -> None:
    found = mutants("def f(a, b=0, /, c=0, *args, d, axis=0, keepdims=False, **more): ...\n")
    assert [mutant.id for mutant in found] == [
        "f: b=0 -> b=1",
        "f: c=0 -> c=1",
        "f: axis=0 -> axis=1",
        "f: axis=0 -> axis=-1",
        "f: axis=0 -> axis=None",
        "f: keepdims=False -> keepdims=True",
    ]
