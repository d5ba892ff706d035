"""``check_scaling`` and ``check_memory``, on submissions in a real worker."""

from typing import Any

import numpy as np
import pytest

from dlprep.checks import CheckFailed, check_memory, check_scaling
from dlprep.checks.scaling import SLACK

SUBMISSION = """
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


@pytest.mark.parametrize("name", ["vectorised", "loops_over_columns", "ragged_end"])
def test_accepts_what_does_not_loop_over_the_rows(submit: Any, name: str) -> None:
    function = getattr(submit(SUBMISSION).functions, name)
    check_scaling(function, [rows(4)], [rows(32)], over="the batch")
    check_scaling(function, [rows(2)], [rows(16)], over="the batch")


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
    ],
)
def test_finds_a_python_loop(submit: Any, failure: Any, name: str) -> None:
    function = getattr(submit(SUBMISSION).functions, name)
    kind, findings = failure(check_scaling, function, [rows(4)], [rows(32)], over="the batch")
    few, many = (int(word) for word in findings[0][1].split() if word.isdigit())
    assert (kind, findings) == (
        "scaling",
        [
            ("got", f"{few} lines run on the small input, {many} on the large one"),
            ("expected", "no Python loop over the batch: as many lines on both"),
        ],
    )
    assert many - few >= 28  # a line for each row that came on top
    again = failure(check_scaling, function, [rows(4)], [rows(32)], over="the batch")
    assert again == (kind, findings)
    assert failure(check_scaling, function, [rows(2)], [rows(16)], over="the batch")[0] == kind


def test_a_loop_of_two_lines_counts_twice_a_row(submit: Any, failure: Any) -> None:
    found = failure(
        check_scaling, submit(SUBMISSION).functions.loops, [rows(4)], [rows(32)], over="the rows"
    )
    assert found == (
        "scaling",
        [
            ("got", "11 lines run on the small input, 67 on the large one"),
            ("expected", "no Python loop over the rows: as many lines on both"),
        ],
    )


def test_a_few_lines_may_come_on_top(submit: Any) -> None:
    text = "def f(n):\n    for _ in range(n):\n        pass\n"
    function = submit(text).functions.f
    few = function.observe("lines", 4).lines
    assert function.observe("lines", 4 + SLACK // 2).lines == few + SLACK
    check_scaling(function, [4], [4 + SLACK // 2], over="n")


def test_the_judges_own_functions_do_not_count(submit: Any) -> None:
    def slow(x: Any) -> float:
        total = 0.0
        for value in x.ravel():
            total += value
        return total

    text = "def f(g, x):\n    return g(x)\n"
    function = submit(text).functions.f
    assert function.observe("lines", slow, rows(100)).lines == 1
    check_scaling(function, [slow, rows(4)], [slow, rows(32)], over="the batch")


def test_accepts_what_needs_little_memory(submit: Any) -> None:
    submission, x = submit(SUBMISSION).functions, np.ones(1000)
    check_memory(submission.factored, x, mebibytes=0.1, why="the (N, N) products")
    check_memory(submission.outer, x, mebibytes=8.5, why="nothing")


def test_says_what_was_allocated(submit: Any, failure: Any) -> None:
    x = np.ones(1000)  # 10^6 products of 8 bytes are 7.63 MiB
    kind, findings = failure(
        check_memory,
        submit(SUBMISSION).functions.outer,
        x,
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
        mebibytes=2,
        why="a copy",
    )
    assert (kind, findings[1]) == ("scaling", ("expected", "at most 2 MiB, without a copy"))


def test_the_subject_of_a_failure_is_the_result_of_the_large_call(submit: Any) -> None:
    submission = submit(SUBMISSION)
    with pytest.raises(CheckFailed) as failed:
        check_scaling(submission.functions.loops, [rows(4)], [rows(32)], over="the batch")
    assert failed.value.subject is submission.calls[-1].result
    assert np.array_equal(submission.calls[-1].result, rows(32) * 2)
