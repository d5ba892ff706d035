"""``check_contract`` and ``check_raises``, on submissions in a real worker."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from dlprep.checks import check_contract, check_raises
from dlprep.sandbox.replies import SubmissionError

SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
# the contract alone: whether an answer is right has tests of its own
keeps_the_contract = partial(check_contract, expected=lambda answer: None)

SUBMISSION = """
import numpy as np

# keeps the contract

def fresh(x): return x * 2
def copies(x): return x.copy(), x.T.copy()
def number(x): return x.sum()
def nothing(x): return None
def nan(x): return x * np.nan
def drawn(x, rng): return x + rng.normal(size=x.shape)
def applies(f, x): return f(x) + 1
def optional(x, scale=2.0): return x * scale
def named(params): return {name: -value for name, value in params.items()}
def with_cache(x): return x * 2, (x,)
def instance(x): return Instance()
def generator(x): yield 2 * x
def masked(x): return np.ma.masked_all(3)
def local_errstate(x):
    with np.errstate(all="ignore"):
        return x / 0

class Instance: pass

# does not

def returns_input(x): return x
def returns_view(x): return x.T
def yields_view(x):
    yield 2 * x
    yield x[1:]
def returns_part(x): return x[0] * 2, x[1]
def returns_twice(x):
    y = x * 2
    return y, y
def returns_slices(x):
    y = x.repeat(2)
    return {"even": y[::2], "all": y}
def returns_nested(params): return [params["W"]]
def changes(x):
    x += 1
    return x * 2
def reseeds(x):
    np.random.seed(0)
    return x * 2

BUFFER, KEPT, COUNT = np.empty((2, 2)), {}, [0]

def buffered(x):
    np.multiply(x, 2, out=BUFFER)
    return BUFFER
def slices_of_a_buffer(x):
    np.multiply(x, 2, out=BUFFER)
    return BUFFER[0], BUFFER[1]
def cached(x): return KEPT.setdefault(x.tobytes(), x * 2)
def overwrites(x):
    COUNT[0] += 1
    BUFFER[:] = x * COUNT[0]
    return BUFFER
def counts(x):
    COUNT[0] += 1
    return x * COUNT[0]
def entropy(x): return np.random.default_rng().normal(size=3)
def forgets_its_rng(x, rng): return x + np.random.default_rng().normal(size=x.shape)
"""
STUB = SUBMISSION.replace("def with_cache(x):", "def with_cache(x) -> tuple[np.ndarray, object]:")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("fresh", [SQUARE]),
        ("fresh", [np.zeros((0, 3))]),
        ("fresh", [SQUARE.T]),
        ("copies", [SQUARE]),
        ("number", [SQUARE]),
        ("nothing", [SQUARE]),
        ("nan", [SQUARE]),
        ("drawn", [SQUARE, np.random.default_rng(0)]),
        ("applies", [np.sin, 1.0]),
        ("named", [{"W": SQUARE, "b": SQUARE[0]}]),
        ("with_cache", [SQUARE]),
        # what stays in the worker, or does not travel, is not this check's to judge
        ("instance", [SQUARE]),
        ("generator", [SQUARE]),
        ("local_errstate", [SQUARE]),
        # what a call changes is not this check's to judge: it fails any case
        ("changes", [SQUARE]),
        ("reseeds", [SQUARE]),
    ],
)
def test_accepts(submit: Any, name: str, arguments: list[Any]) -> None:
    keeps_the_contract(getattr(submit(SUBMISSION, STUB).functions, name), *arguments)


def test_passes_keywords_on(submit: Any) -> None:
    submission = submit(SUBMISSION).functions
    keeps_the_contract(submission.optional, SQUARE, scale=3.0)
    with pytest.raises(SubmissionError) as failed:
        keeps_the_contract(submission.optional, SQUARE, factor=3.0)
    assert failed.value.raised is not None
    assert failed.value.raised.type == "TypeError"


@pytest.mark.parametrize(
    ("name", "arguments", "got", "expected"),
    [
        (
            "yields_view",
            [SQUARE],
            "the item shares its memory with x",
            "new arrays: copy before you return",
        ),
        (
            "returns_input",
            [SQUARE],
            "the result shares its memory with x",
            "new arrays: copy before you return",
        ),
        (
            "returns_view",
            [SQUARE],
            "the result shares its memory with x",
            "new arrays: copy before you return",
        ),
        (
            "returns_part",
            [SQUARE],
            "the result[1] shares its memory with x",
            "new arrays: copy before you return",
        ),
        (
            "returns_twice",
            [SQUARE],
            "the result[1] shares its memory with the result[0]",
            "new arrays: copy before you return",
        ),
        (
            "returns_slices",
            [SQUARE[0]],
            "the result['all'] shares its memory with the result['even']",
            "new arrays: copy before you return",
        ),
        (
            "returns_nested",
            [{"W": SQUARE}],
            "the result[0] shares its memory with params['W']",
            "new arrays: copy before you return",
        ),
        (
            "buffered",
            [SQUARE],
            "the result shares its memory with the result of an earlier call",
            "new arrays: copy before you return",
        ),
        (
            "slices_of_a_buffer",
            [SQUARE],
            "the result[0] shares its memory with the result[0] of an earlier call",
            "new arrays: copy before you return",
        ),
        (
            "cached",
            [SQUARE],
            "the result shares its memory with the result of an earlier call",
            "new arrays: copy before you return",
        ),
        (
            "overwrites",
            [SQUARE],
            "the result shares its memory with the result of an earlier call",
            "new arrays: copy before you return",
        ),
        (
            "counts",
            [SQUARE],
            "two results from the same arguments",
            "the same result every time",
        ),
        (
            "entropy",
            [SQUARE],
            "two results from the same arguments",
            "the same result every time",
        ),
        (
            "forgets_its_rng",
            [SQUARE, np.random.default_rng(0)],
            "two results from the same arguments",
            "the same result every time",
        ),
    ],
)
def test_says_what_is_wrong(
    submit: Any, failure: Any, name: str, arguments: list[Any], got: str, expected: str
) -> None:
    function = getattr(submit(SUBMISSION).functions, name)
    found = failure(keeps_the_contract, function, *arguments)
    assert found == ("contract", [("got", got), ("expected", expected)])


def test_the_inputs_of_the_case_are_out_of_reach(submit: Any) -> None:
    x = SQUARE.copy()
    submit(SUBMISSION).functions.changes(x)
    assert np.array_equal(x, SQUARE)


def test_a_function_that_raises_gives_no_answer_to_judge(submit: Any) -> None:
    with pytest.raises(SubmissionError, match="no luck") as failed:
        check_contract(submit("def f(x):\n    raise ValueError('no luck')\n").functions.f, SQUARE)
    assert (failed.value.kind, failed.value.line) == ("exception", 2)


RAISES = """
import numpy as np

class ShapeError(ValueError):
    pass

def f(how):
    if how == "value": raise ValueError("axis 7 is out of range")
    if how == "own": raise ShapeError("axis 7 is out of range")
    if how == "axis": np.ones(3).sum(axis=7)
    if how == "type": raise TypeError("no float")
    if how == "silent": raise TypeError
    if how == "exit": raise SystemExit
    return np.ones(3)
"""


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("value", ValueError),
        ("value", Exception),  # as with pytest.raises
        ("own", ValueError),
        ("axis", ValueError),  # NumPy's own AxisError is one
        ("axis", IndexError),  # and one of these
        ("type", TypeError),
        ("silent", TypeError),
    ],
)
def test_accepts_the_exception_and_its_subclasses(submit: Any, how: str, error: Any) -> None:
    check_raises(submit(RAISES, "def f(how): ...").functions.f, error, how)


@pytest.mark.parametrize(
    ("how", "error", "got", "expected"),
    [
        ("none", ValueError, "a result: an array, float64 of shape (3,)", "a ValueError"),
        ("none", IndexError, "a result: an array, float64 of shape (3,)", "an IndexError"),
        ("type", ValueError, "TypeError: no float", "a ValueError"),
        ("silent", ValueError, "TypeError", "a ValueError"),
        ("value", TypeError, "ValueError: axis 7 is out of range", "a TypeError"),
        ("exit", ValueError, "SystemExit", "a ValueError"),
    ],
)
def test_says_what_came_instead(
    submit: Any, failure: Any, how: str, error: Any, got: str, expected: str
) -> None:
    found = failure(check_raises, submit(RAISES, "def f(how): ...").functions.f, error, how=how)
    assert found == ("contract", [("got", got), ("expected", expected)])


def test_a_missing_function_raises_nothing(submit: Any) -> None:
    with pytest.raises(SubmissionError) as failed:
        check_raises(submit("def g(): ...", "def f(): ...").functions.f, NameError)
    assert failed.value.kind == "missing"


def test_a_time_out_is_not_an_answer() -> None:
    def never() -> None:
        raise SubmissionError("timeout", "no answer after 5 s")

    with pytest.raises(SubmissionError, match="no answer after 5 s"):
        check_raises(never, Exception)


@pytest.mark.parametrize("answer", ["{1, 2}", "np.full(2, np.nan)", "np.ones((2, 2))", "None"])
def test_both_answers_are_judged(submit: Any, failure: Any, answer: str) -> None:
    right = submit("import numpy as np\ndef f(x): return 2 * x\n").beside(Doubles)
    check_contract(right.f, SQUARE)
    wrong = submit(f"import numpy as np\ndef f(x): return {answer}\n").beside(Doubles)
    assert failure(check_contract, wrong.f, SQUARE)[0] in ("type", "shape", "values", "none")
    later = submit(
        "import numpy as np\nfirst = [True]\n"
        f"def f(x): return 2 * x if first and first.pop() else {answer}\n"
    ).beside(Doubles)
    assert failure(check_contract, later.f, SQUARE)[0] in ("type", "shape", "values", "none")


def test_the_reference_gets_the_child_of_a_generator(submit: Any) -> None:
    text = "def f(x, rng): return x + rng.normal(size=x.shape)\n"
    functions = submit(text).beside(Doubles)
    rng = np.random.default_rng(3)
    check_contract(functions.f, SQUARE, rng)
    assert not np.array_equal(functions.f(SQUARE, rng), Doubles.f(SQUARE, rng))


class Doubles:
    """A reference."""

    @staticmethod
    def f(x: Any, rng: Any = None) -> Any:
        return 2 * x if rng is None else x + rng.normal(size=x.shape)
