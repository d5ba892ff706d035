"""``check_scaling`` and ``check_memory``, on submissions in a real worker."""

from typing import Any

import numpy as np
import pytest

from dlprep.checks import CheckFailed, check_memory, check_scaling
from dlprep.checks.scaling import SLACK

SUBMISSION = """
import functools
import itertools
import math

import numpy as np

# one call of NumPy for all rows

def vectorised(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=-1, keepdims=True)

def loops_over_columns(x):
    out = np.empty_like(x)
    for n in range(x.shape[1]):
        out[:, n] = x[:, n] * n
    return out

def ragged_end(x):
    parts = []
    while len(x) > 1:
        x = x[: len(x) // 2]
        parts.append(x.sum())
    return np.array(parts)

# a Python loop over the rows

def loops(x):
    out = np.empty_like(x)
    for n in range(len(x)):
        out[n] = x[n] * 2
    return out

def while_on_one_line(x):
    n, out = 0, []
    while n < len(x): out.append(x[n]); n += 1
    return np.array(out)

def comprehension(x):
    return np.array([row * 2 for row in x])

def generator(x):
    return np.array(list(row * 2 for row in x))

def mapped(x):
    return np.array(list(map(lambda row: row * 2, x)))

def vectorize(x):
    return np.vectorize(lambda value: value * 2)(x)

def apply_along_axis(x):
    return np.apply_along_axis(lambda row: row * 2, 1, x)

def recursion(x):
    if len(x) == 1:
        return x * 2
    return np.concatenate([x[:1] * 2, recursion(x[1:])])

def evaluated(x):
    return np.array(eval("[row * 2 for row in x]"))

class Rows:
    def __init__(self, x):
        self.x, self.n = x, 0
    def __iter__(self):
        return self
    def __next__(self):
        if self.n == len(self.x):
            raise StopIteration
        self.n += 1
        return self.x[self.n - 1] * 2

def iterator_class(x):
    return np.array(list(Rows(x)))

def hidden_in_a_long_function(x):
    out = np.zeros(x.shape)
    for n in range(30):
        out += n
        out -= n
    return out + np.array([row * 2 for row in x])

# a loop in C

def mapped_c(x):
    return np.array(list(map(np.negative, x)))

def mapped_method(x):
    return np.array(list(map(x.__getitem__, range(len(x)))))

def filtered(x):
    return len(list(filter(np.any, x)))

def reduced(x):
    return functools.reduce(np.add, x)

def starmapped(x):
    return np.array(list(itertools.starmap(np.add, zip(x, x))))

def accumulated(x):
    return np.array(list(itertools.accumulate(x, np.add)))

def taken(x):
    return len(list(itertools.takewhile(math.isfinite, x[:, 0])))

def vectorize_c(x):
    return np.vectorize(math.sqrt)(x)

def vectorize_rows(x):
    return np.vectorize(np.ravel, signature="(n)->(n)")(x)

made_at_import = np.vectorize(math.sqrt)

def vectorize_made_before(x):
    return made_at_import(x)

def frompyfunc(x):
    return np.frompyfunc(math.sqrt, 1, 1)(x).astype(float)

def apply_c_along_axis(x):
    return np.apply_along_axis(np.sort, 1, x)

def executed_elsewhere(x):
    space = {"x": x}
    exec("out = []\\nfor row in x:\\n    out.append(row * 2)", space)
    return np.array(space["out"])

# NumPy's own Python, which does not loop over the rows

def einsum(x):
    return np.einsum("nd,nd->n", x, x) + np.einsum("nd,md,nd->n", x, x[:2], x, optimize=True)

def pad(x):
    return np.pad(x, ((0, 0), (1, 2)), mode="reflect")

def windows(x):
    return np.lib.stride_tricks.sliding_window_view(x, 2, axis=1).sum(axis=-1)

def tensordot(x):
    return np.tensordot(x, x[:2], axes=([1], [1]))

def others(x):
    order = np.argsort(x, axis=0)
    out = np.take_along_axis(x, order, axis=0) - np.median(x, axis=0) + np.var(x)
    out = np.where(out > np.quantile(x, 0.9), out, np.cumsum(x, axis=1))
    return np.roll(np.moveaxis(np.stack([out, np.repeat(x, 1, axis=0)]), 0, -1), 1, axis=0)

def linear_algebra(x):
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    return (u * s) @ vt + np.linalg.norm(x, axis=1, keepdims=True)

def counts(x):
    values, places = np.unique(x.ravel(), return_inverse=True)
    return np.bincount(places, minlength=3) + np.searchsorted(values, values)

# memory

def outer(x):
    return (x[:, None] * x[None, :]).sum(axis=1)

def factored(x):
    return x * x.sum()

def frees_it_again(x):
    big = np.ones(1 << 19)
    del big
    return x * 2
"""


def rows(count: int) -> Any:
    """So many rows of three."""
    return np.arange(3.0 * count).reshape(count, 3)


def require_scaling(function: Any, few: int, many: int, over: str = "the batch") -> None:
    """``check_scaling`` of a function on so many rows, whose answers it takes from the function."""
    sizes = [rows(few)], [rows(many)]
    expected = function(*sizes[0]), function(*sizes[1])
    check_scaling(function, *sizes, expected=expected, over=over)


@pytest.mark.parametrize(
    "name",
    [
        "vectorised",
        "loops_over_columns",
        "ragged_end",
        "einsum",
        "pad",
        "windows",
        "tensordot",
        "others",
        "linear_algebra",
        "counts",
    ],
)
def test_accepts_what_does_not_loop_over_the_rows(submit: Any, name: str) -> None:
    function = getattr(submit(SUBMISSION).functions, name)
    require_scaling(function, 4, 32)
    require_scaling(function, 2, 16)


@pytest.mark.parametrize(
    "name",
    [
        "loops",
        "while_on_one_line",
        "comprehension",
        "generator",
        "mapped",
        "vectorize",
        "apply_along_axis",
        "recursion",
        "iterator_class",
        "evaluated",
        "hidden_in_a_long_function",
        "mapped_c",
        "mapped_method",
        "filtered",
        "reduced",
        "starmapped",
        "accumulated",
        "taken",
        "vectorize_c",
        "vectorize_rows",
        "vectorize_made_before",
        "frompyfunc",
        "apply_c_along_axis",
        "executed_elsewhere",
    ],
)
def test_finds_a_python_loop(submit: Any, failure: Any, name: str) -> None:
    function = getattr(submit(SUBMISSION).functions, name)
    kind, findings = failure(require_scaling, function, 4, 32)
    few, many = (int(word) for word in findings[0][1].split() if word.isdigit())
    assert (kind, findings) == (
        "scaling",
        [
            ("got", f"{few} lines run on the small input, {many} on the large one"),
            ("expected", "no Python loop over the batch: as many lines on both"),
        ],
    )
    assert many - few >= 28  # at least a line for each row that came on top
    again = failure(require_scaling, function, 4, 32)
    assert again == (kind, findings)
    assert failure(require_scaling, function, 2, 16)[0] == kind


def test_a_loop_of_two_lines_counts_twice_a_row(submit: Any, failure: Any) -> None:
    # one of the lines is that of NumPy's empty_like
    found = failure(require_scaling, submit(SUBMISSION).functions.loops, 4, 32, "the rows")
    assert found == (
        "scaling",
        [
            ("got", "12 lines run on the small input, 68 on the large one"),
            ("expected", "no Python loop over the rows: as many lines on both"),
        ],
    )


def test_a_few_lines_may_come_on_top(submit: Any) -> None:
    text = "def f(n):\n    for _ in range(n):\n        pass\n"
    function = submit(text).functions.f
    few = function.observe("lines", 4).lines
    assert function.observe("lines", 4 + SLACK // 2).lines == few + SLACK
    check_scaling(function, [4], [4 + SLACK // 2], expected=(None, None), over="n")


def test_the_judges_own_functions_do_not_count(submit: Any) -> None:
    def slow(x: Any) -> float:
        total = 0.0
        for value in x.ravel():
            total += value
        return total

    text = "def f(g, x):\n    return g(x)\n"
    function = submit(text).functions.f
    assert function.observe("lines", slow, rows(100)).lines == 1
    expected = slow(rows(4)), slow(rows(32))
    check_scaling(function, [slow, rows(4)], [slow, rows(32)], expected=expected, over="the batch")


@pytest.mark.parametrize("size", [4, 32])
def test_a_wrong_answer_at_either_size_fails(submit: Any, failure: Any, size: int) -> None:
    text = f"def f(x):\n    return None if len(x) == {size} else x * 2\n"
    function, sizes = submit(text).functions.f, ([rows(4)], [rows(32)])
    expected = rows(4) * 2, rows(32) * 2
    kind, _ = failure(check_scaling, function, *sizes, expected=expected, over="the batch")
    assert kind == "none"


def test_what_loads_at_the_first_call_hides_no_loop(submit: Any, failure: Any) -> None:
    text = "def f(x):\n    import graphlib\n    return [row.sum() for row in x]\n"
    assert failure(require_scaling, submit(text).functions.f, 4, 32)[0] == "scaling"


def test_a_cost_may_grow_in_proportion(submit: Any, failure: Any) -> None:
    text = (
        "import functools\nimport numpy as np\n"
        "def straight(x):\n    return functools.reduce(np.add, x)\n"
        "def square(x):\n"
        "    return sum(functools.reduce(np.add, x[:n]) for n in range(1, len(x)))\n"
    )
    functions = submit(text).functions

    def require(function: Any) -> None:
        expected = function(rows(4)), function(rows(32))
        sizes = [rows(4)], [rows(32)]
        check_scaling(function, *sizes, expected=expected, over="the rows", times=8)

    require(functions.straight)
    kind, findings = failure(require, functions.square)
    must = "a cost in proportion to the rows: at most 8 times as many lines"
    assert (kind, findings[1]) == ("scaling", ("expected", must))


def test_a_wrong_answer_fails_whatever_memory_it_takes(submit: Any, failure: Any) -> None:
    function = submit("def f(x):\n    return None\n").functions.f
    kind, _ = failure(check_memory, function, rows(2), expected=rows(2), mebibytes=9, why="a copy")
    assert kind == "none"


def test_accepts_what_needs_little_memory(submit: Any) -> None:
    submission, x = submit(SUBMISSION).functions, np.ones(1000)
    why, expected = "the (N, N) products", 1000 * x
    check_memory(submission.factored, x, expected=expected, mebibytes=0.1, why=why)
    check_memory(submission.outer, x, expected=expected, mebibytes=8.5, why="nothing")


def test_says_what_was_allocated(submit: Any, failure: Any) -> None:
    x = np.ones(1000)  # 10^6 products of 8 bytes are 7.63 MiB
    kind, findings = failure(
        check_memory,
        submit(SUBMISSION).functions.outer,
        x,
        expected=1000 * x,
        mebibytes=1.5,
        why="the (N, N) products",
    )
    (label, got), expected = findings
    assert (kind, label) == ("scaling", "got")
    assert got.endswith(" MiB allocated at the peak")
    assert 7.6 < float(got.split()[0]) < 8.0
    assert expected == ("expected", "at most 1.5 MiB, without the (N, N) products")


def test_it_is_the_peak_that_counts(submit: Any, failure: Any) -> None:
    kind, findings = failure(
        check_memory,
        submit(SUBMISSION).functions.frees_it_again,
        np.ones(3),
        expected=2 * np.ones(3),
        mebibytes=2,
        why="a copy",
    )
    assert (kind, findings[1]) == ("scaling", ("expected", "at most 2 MiB, without a copy"))


def test_the_subject_of_a_failure_is_the_result_of_the_large_call(submit: Any) -> None:
    submission = submit(SUBMISSION)
    with pytest.raises(CheckFailed) as failed:
        require_scaling(submission.functions.loops, 4, 32)
    assert failed.value.subject is submission.calls[-1].result
    assert np.array_equal(submission.calls[-1].result, rows(32) * 2)
