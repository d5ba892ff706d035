"""``check_values``: what it finds, word for word, and that nothing wrong gets past it."""

import math
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis.extra import numpy as npst

from dlprep.checks import CheckFailed, check_stability, check_values
from dlprep.checks.values import Tolerance, same
from dlprep.sandbox.replies import Foreign

ROW = np.array([1.0, 2.0, 4.0])
HUGE = 10**400  # an int that no float can hold


class Subclass(np.ndarray[Any, Any]):
    """An array that answers for itself."""


@dataclass
class Thing:
    """A value of no plain type."""

    type: str = "never shown"


def array(shape: tuple[int, ...], dtype: str = "float64") -> np.ndarray[Any, Any]:
    """The numbers from 1 on, in a shape."""
    return np.arange(1, 1 + math.prod(shape)).reshape(shape).astype(dtype)


def changed(values: np.ndarray[Any, Any], at: tuple[int, ...], value: float) -> Any:
    """A copy with another number in one place."""
    values = values.copy()
    values[at] = value
    return values


# right answers


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (ROW.copy(), ROW),
        (ROW * (1 + 1e-10), ROW),
        (np.array([1.0, 1e-13]), np.array([1.0, 0.0])),  # terms that cancelled
        (ROW.astype("float32") * np.float32(1 + 5e-5), ROW.astype("float32")),
        (ROW.astype("float16") * np.float16(1.01), ROW.astype("float16")),
        (np.array([np.nan, np.inf, -np.inf]), np.array([np.nan, np.inf, -np.inf])),
        (np.array([0.0, 0.0]), np.array([0.0, -0.0])),
        (np.array([5e-324]), np.array([0.0])),  # below every normal number
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array(3.0), np.array(3.0)),
        (np.array([1 + 2j]), np.array([1 + 2j])),
        (np.array([True, False]), np.array([True, False])),
        (np.asfortranarray(array((2, 3))), array((2, 3))),
        (0.5, 0.5),
        (np.float64(0.5), 0.5),
        (0.5, np.float64(0.5)),
        (np.float32(0.5), np.float32(0.5)),
        (0.5, np.float32(0.5)),
        (0, 0.0),
        pytest.param(10**30, 1e30, id="long-float"),
        (math.nan, math.nan),
        (1 + 2j, 1 + 2j),
        (3, 3),
        (np.int64(3), 3),
        (3, np.int32(3)),
        pytest.param(10**30, 10**30, id="long"),
        pytest.param(HUGE, HUGE, id="huge"),
        (True, True),
        (np.True_, True),
        (False, np.False_),
        ("relu", "relu"),
        (b"relu", b"relu"),
        (None, None),
        ([ROW, 2], (ROW, 2)),  # it unpacks the same
        ((ROW, 2), [ROW, 2]),
        ((), ()),
        ({"b": (1, [2.0])}, {"b": (1, [2.0])}),
        ({"b": 2, "a": 1}, {"a": 1, "b": 2}),
        ({}, {}),
    ],
)
def test_accepts(got: Any, expected: Any) -> None:
    check_values(got, expected)
    assert same(got, expected)


def test_a_case_may_set_the_tolerance() -> None:
    check_values(ROW * 1.0009, ROW, tolerance=Tolerance(1e-3, 0.0))
    check_values(ROW + 0.39, ROW, tolerance=Tolerance(0.0, 0.1))
    for got in (ROW * 1.0011, np.array([1.0, 2.0, np.nan])):
        with pytest.raises(CheckFailed):
            check_values(got, ROW, tolerance=Tolerance(1e-3, 0.0))


def test_any_finite_number_within_an_infinite_tolerance() -> None:
    anything = Tolerance(0.0, np.inf)
    check_values(-5 * ROW, ROW, tolerance=anything)
    check_values(ROW, 0 * ROW, tolerance=anything)
    for got in (changed(ROW, (1,), np.inf), ROW[:2], ROW.astype("complex128")):
        with pytest.raises(CheckFailed):
            check_values(got, ROW, tolerance=anything)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        pytest.param(1.0, np.array(1.0), id="number-0d"),
        pytest.param(np.array(0.5), 0.5, id="0d-number"),
        pytest.param(np.array(3), 3, id="0d-integer"),
        pytest.param(ROW.astype("float32"), ROW, id="float32"),
        pytest.param(ROW.astype(">f8"), ROW, id="byte order"),
        pytest.param(np.array([1, 2]), np.array([1.0, 2.0]), id="integers for floats"),
        pytest.param(np.array([1, 2], "int32"), np.array([1, 2]), id="int32"),
        pytest.param(np.array([1.0, 0.0]), np.array([True, False]), id="a mask of 0 and 1"),
        pytest.param(ROW, ROW.astype("float32"), id="float64 for float32"),
    ],
)
def test_numbers_of_another_width_are_compared_by_value(got: Any, expected: Any) -> None:
    check_values(got, expected)
    check_stability(got, expected)


@pytest.mark.parametrize("dtype", ["float32", ">f8", "int64", "complex128"])
def test_a_case_may_ask_for_the_dtype(failure: Any, dtype: str) -> None:
    got = ROW.astype(dtype)
    kind, findings = failure(check_values, got, ROW, dtype=True)
    assert kind == "dtype"
    assert findings == [("got", f"dtype {got.dtype}"), ("expected", "dtype float64")]
    check_values(ROW, ROW, dtype=True)


@pytest.mark.parametrize(
    ("dtype", "allowed"),
    [("float64", "1e-9 relative"), ("float32", "1e-4 relative"), ("float16", "2e-2 relative")],
)
def test_says_what_is_allowed(dtype: str, allowed: str) -> None:
    for expected in (ROW.astype(dtype), ROW.astype(dtype)[0]):
        with pytest.raises(CheckFailed) as failed:
            check_values(expected + 1, expected)
        assert ("allowed", allowed) in failed.value.findings


@pytest.mark.parametrize(
    ("got", "expected", "names", "outputs"),
    [
        ((ROW, 2 * ROW), (ROW, ROW), ("dx", "dW"), "right: dx · wrong: dW"),
        ((0.0, {"dW": ROW, "db": 1.0}), (1.0, {"dW": ROW, "db": 1.0}), ("loss", "grads"),
         "right: dW, db · wrong: loss"),
        ((1.0, {"dW": 2 * ROW, "db": 1.0}), (1.0, {"dW": ROW, "db": 1.0}), ("loss", "grads"),
         "right: loss, db · wrong: dW"),
        ((2 * ROW, 2 * ROW), (ROW, ROW), ("dx", "dW"), None),
        ((ROW, 2 * ROW), (ROW, ROW), (), None),
        (2 * ROW, ROW, ("dx",), None),
        ((ROW,), (ROW, ROW), ("dx", "dW"), None),
    ],
)  # fmt: skip
def test_says_which_outputs_are_right(
    got: Any, expected: Any, names: tuple[str, ...], outputs: str | None
) -> None:
    with pytest.raises(CheckFailed) as failed:
        check_values(got, expected, names=names)
    assert dict(failed.value.findings).get("outputs") == outputs


# wrong answers, and all that is said of them


@pytest.mark.parametrize(
    ("got", "expected", "kind", "findings"),
    [
        pytest.param(
            None,
            ROW,
            "none",
            [
                ("got", "None"),
                ("expected", "an array, float64 of shape (3,)"),
                ("", "the function returned None: is a `return` missing?"),
            ],
            id="none-array",
        ),
        pytest.param(
            None,
            0.5,
            "none",
            [
                ("got", "None"),
                ("expected", "a Python float"),
                ("", "the function returned None: is a `return` missing?"),
            ],
            id="none-scalar",
        ),
        pytest.param(
            ROW,
            None,
            "type",
            [("got", "an array, float64 of shape (3,)"), ("expected", "None")],
            id="array-none",
        ),
        pytest.param(
            [1.0, 2.0, 4.0],
            ROW,
            "type",
            [("got", "a list of 3"), ("expected", "an array, float64 of shape (3,)")],
            id="list-array",
        ),
        pytest.param(
            np.float64(1.0),
            ROW,
            "type",
            [("got", "a NumPy scalar, float64"), ("expected", "an array, float64 of shape (3,)")],
            id="scalar-array",
        ),
        pytest.param(
            np.array([0.5]),
            0.5,
            "type",
            [("got", "an array, float64 of shape (1,)"), ("expected", "a number, not an array")],
            id="array-scalar",
        ),
        pytest.param(
            np.ma.masked_all(3),
            ROW,
            "type",
            [
                ("got", "a value of type MaskedArray"),
                ("expected", "an array, float64 of shape (3,)"),
            ],
            id="masked-array",
        ),
        pytest.param(
            ROW.view(Subclass),
            ROW,
            "type",
            [("got", "a value of type Subclass"), ("expected", "an array, float64 of shape (3,)")],
            id="subclass-array",
        ),
        pytest.param(
            Thing(),
            0.5,
            "type",
            [("got", "a value of type Thing"), ("expected", "a number")],
            id="thing-scalar",
        ),
        pytest.param(
            True,
            1,
            "type",
            [("got", "a Python bool"), ("expected", "an integer")],
            id="bool-int",
        ),
        pytest.param(
            np.True_,
            1.0,
            "type",
            [("got", "a NumPy scalar, bool"), ("expected", "a number")],
            id="bool-float",
        ),
        pytest.param(
            1,
            True,
            "type",
            [("got", "a Python int"), ("expected", "a Python bool")],
            id="int-bool",
        ),
        pytest.param(
            3.0,
            3,
            "type",
            [("got", "a Python float"), ("expected", "an integer")],
            id="float-int",
        ),
        pytest.param(
            0.5 + 0j,
            0.5,
            "type",
            [("got", "a Python complex"), ("expected", "a real number")],
            id="complex-float",
        ),
        pytest.param(
            np.complex64(0.5),
            np.float32(0.5),
            "type",
            [("got", "a NumPy scalar, complex64"), ("expected", "a real number")],
            id="complex64-float32",
        ),
        pytest.param(
            "1j",
            1j,
            "type",
            [("got", "a str"), ("expected", "a complex number")],
            id="str-complex",
        ),
        pytest.param(
            "relu",
            b"relu",
            "type",
            [("got", "a str"), ("expected", "a bytes")],
            id="str-bytes",
        ),
        pytest.param(
            ROW,
            (ROW, ROW),
            "type",
            [("got", "an array, float64 of shape (3,)"), ("expected", "a tuple of 2")],
            id="array-tuple",
        ),
        pytest.param(
            (ROW,),
            (ROW, ROW),
            "type",
            [("got", "a tuple of 1"), ("expected", "a tuple of 2")],
            id="shorter-tuple",
        ),
        pytest.param(
            (ROW,),
            ROW,
            "type",
            [("got", "a tuple of 1"), ("expected", "an array, float64 of shape (3,)")],
            id="tuple-array",
        ),
        pytest.param(
            [1.0],
            {"dW": 1.0},
            "type",
            [("got", "a list of 1"), ("expected", "a dict of 1")],
            id="list-dict",
        ),
        pytest.param(
            {"W": 1.0, "db": 2.0},
            {"dW": 1.0, "db": 2.0},
            "type",
            [("got", "the keys 'W', 'db'"), ("expected", "the keys 'dW', 'db'")],
            id="other-keys",
        ),
        pytest.param(
            {},
            {"dW": 1.0},
            "type",
            [("got", "no keys"), ("expected", "the keys 'dW'")],
            id="no-keys",
        ),
        pytest.param(
            array((4, 1)),
            array((4,)),
            "shape",
            [("got", "shape (4, 1)"), ("expected", "shape (4,)")],
            id="column-row",
        ),
        pytest.param(
            0.25,
            0.5,
            "values",
            [("got", "0.2500"), ("expected", "0.5000")],
            id="scalar",
        ),
        pytest.param(
            1,
            1.0000001,
            "values",
            [("got", "1.00000000"), ("expected", "1.00000010")],
            id="int-for-float",
        ),
        pytest.param(
            math.nan,
            0.5,
            "values",
            [("got", "nan"), ("expected", "0.5000")],
            id="nan-scalar",
        ),
        pytest.param(
            HUGE,
            0.5,
            "values",
            [("got", "10000000… (401 digits)"), ("expected", "0.5000")],
            id="huge-float",
        ),
        pytest.param(
            -HUGE,
            3,
            "values",
            [("got", "-10000000… (401 digits)"), ("expected", "3")],
            id="huge-int",
        ),
        pytest.param(
            10**30,
            10**30 + 1,
            "values",
            [
                ("got", "1000000000000000000000000000000"),
                ("expected", "1000000000000000000000000000001"),
            ],
            id="long-ints",
        ),
        pytest.param(
            1 + 2j,
            1 + 3j,
            "values",
            [("got", "1+2j"), ("expected", "1+3j")],
            id="complex",
        ),
        pytest.param(
            False, True, "values", [("got", "False"), ("expected", "True")], id="other-bool"
        ),
        pytest.param(
            "sum", "mean", "values", [("got", "'sum'"), ("expected", "'mean'")], id="other-str"
        ),
        pytest.param(
            changed(ROW, (1,), 2.5),
            ROW,
            "values",
            [
                ("got", "[1.0000 2.5000 4.0000]"),
                ("expected", "[1.0000 2.0000 4.0000]"),
                ("worst at", "[1]: 2.5000 where 2.0000 was expected"),
                ("wrong", "1 of 3 elements"),
            ],
            id="one-element",
        ),
        pytest.param(
            array((2, 2)) + np.array([[0, 3e-7], [1e-7, 0]]),
            array((2, 2)),
            "values",
            [
                ("got", "[[1.00000000 2.00000030]\n [3.00000010 4.00000000]]"),
                ("expected", "[[1.00000000 2.00000000]\n [3.00000000 4.00000000]]"),
                ("worst at", "[0, 1]: 2.00000030 where 2.00000000 was expected"),
                ("wrong", "2 of 4 elements"),
            ],
            id="many-digits",
        ),
        pytest.param(
            changed(array((1, 3)), (0, 0), np.nan),
            array((1, 3)),
            "values",
            [
                ("got", "[[   nan 2.0000 3.0000]]"),
                ("expected", "[[1.0000 2.0000 3.0000]]"),
                ("worst at", "[0, 0]: nan where 1.0000 was expected"),
                ("wrong", "1 of 3 elements"),
            ],
            id="nan",
        ),
        pytest.param(
            ROW,
            np.full(3, np.nan),
            "values",
            [
                ("got", "[1.0000 2.0000 4.0000]"),
                ("expected", "[nan nan nan]"),
                ("worst at", "[0]: 1.0000 where nan was expected"),
            ],
            id="nan-expected",
        ),
        pytest.param(
            np.array([1.0, np.inf]),
            np.array([1.0, -np.inf]),
            "values",
            [
                ("got", "[1.0000    inf]"),
                ("expected", "[1.0000   -inf]"),
                ("worst at", "[1]: inf where -inf was expected"),
                ("wrong", "1 of 2 elements"),
            ],
            id="sign-of-inf",
        ),
        pytest.param(
            np.array([True, True]),
            np.array([True, False]),
            "values",
            [
                ("got", "[ True  True]"),
                ("expected", "[ True False]"),
                ("worst at", "[1]: True where False was expected"),
                ("wrong", "1 of 2 elements"),
            ],
            id="bools",
        ),
        pytest.param(
            np.array([0, 255, 7], "uint8"),
            np.array([0, 1, 7], "uint8"),
            "values",
            [
                ("got", "[  0 255   7]"),
                ("expected", "[0 1 7]"),
                ("worst at", "[1]: 255 where 1 was expected"),
                ("wrong", "1 of 3 elements"),
            ],
            id="ints",
        ),
        pytest.param(
            np.zeros(3, "float16"),
            np.full(3, 2**-15, "float16"),  # below its normal numbers, and yet not 0
            "values",
            [
                ("got", "[0.0000 0.0000 0.0000]"),
                ("expected", "[3.0518e-05 3.0518e-05 3.0518e-05]"),
                ("worst at", "[0]: 0 where 3.052e-05 was expected"),
                ("pattern", "every element is 0"),
            ],
            id="small-float16",
        ),
    ],
)
def test_says_what_is_wrong(
    failure: Any, got: Any, expected: Any, kind: str, findings: list[tuple[str, str]]
) -> None:
    assert failure(check_values, got, expected) == (kind, findings)
    assert not same(got, expected)


@pytest.mark.parametrize(
    ("got", "expected", "names", "kind", "findings"),
    [
        pytest.param(
            (ROW, None),
            (ROW, ROW),
            ("h2", "c2"),
            "none",
            [("in", "c2"), ("got", "None"), ("expected", "an array, float64 of shape (3,)")],
            id="none-part",
        ),
        pytest.param(
            (ROW, ROW[:2]),
            (ROW, ROW),
            ("h2", "c2"),
            "shape",
            [("in", "c2"), ("got", "shape (2,)"), ("expected", "shape (3,)")],
            id="shape",
        ),
        pytest.param(
            (ROW, 3.5),
            (ROW, 3.0),
            (),
            "values",
            [("in", "result[1]"), ("got", "3.5000"), ("expected", "3.0000")],
            id="no-names",
        ),
        pytest.param(
            (1.0, 2.0),
            (1.0, 3.0),
            ("loss", "penalty", "unused"),
            "values",
            [("in", "penalty"), ("got", "2.0000"), ("expected", "3.0000")],
            id="too-many-names",
        ),
        pytest.param(
            (1.0, (2.0, (3.0, 4.5))),
            (1.0, (2.0, (3.0, 4.0))),
            ("loss", "grads"),
            "values",
            [("in", "grads[1][1]"), ("got", "4.5000"), ("expected", "4.0000")],
            id="nested-tuples",
        ),
        pytest.param(
            (1.0, {"dW": 2.0, "db": [1, 2]}),
            (1.0, {"dW": 2.0, "db": [1, 3]}),
            ("loss", "grads"),
            "values",
            [("in", "grads['db'][1]"), ("got", "2"), ("expected", "3")],
            id="dict-in-tuple",
        ),
        pytest.param(
            {"dW": {0: 1.0}},
            {"dW": {0: 1.5}},
            (),
            "values",
            [("in", "dW[0]"), ("got", "1.0000"), ("expected", "1.5000")],
            id="dict-in-dict",
        ),
        pytest.param(
            ROW[:2],
            ROW,
            ("dx",),
            "shape",
            [("in", "dx"), ("got", "shape (2,)"), ("expected", "shape (3,)")],
            id="one-name",
        ),
        pytest.param(
            (ROW[:2],),
            (ROW,),
            ("dx",),
            "shape",
            [("in", "dx"), ("got", "shape (2,)"), ("expected", "shape (3,)")],
            id="one-name-of-a-tuple",
        ),
        pytest.param(
            None,
            0.5,
            ("loss",),
            "none",
            [
                ("in", "loss"),
                ("got", "None"),
                ("expected", "a Python float"),
                ("", "the function returned None: is a `return` missing?"),
            ],
            id="none-with-a-name",
        ),
    ],
)
def test_names_the_part(
    failure: Any,
    got: Any,
    expected: Any,
    names: tuple[str, ...],
    kind: str,
    findings: list[tuple[str, str]],
) -> None:
    assert failure(check_values, got, expected, names=names) == (kind, findings)


def test_the_text_and_the_subject_of_a_failure() -> None:
    got = (ROW, None)
    with pytest.raises(CheckFailed) as failed:
        check_values(got, (ROW, 1.0), names=("out", "loss"))
    assert str(failed.value) == (
        "in: loss\ngot: None\nexpected: a Python float\noutputs: right: out · wrong: loss"
    )
    assert failed.value.subject is got


def test_a_large_array_is_cut_to_the_part_that_matters(failure: Any) -> None:
    expected = array((20, 30))
    got = changed(expected, (10, 20), 999.5)
    assert failure(check_values, got, expected) == (
        "values",
        [
            ("part", "[8:12, 17:23] of (20, 30)"),
            (
                "got",
                "[[258.0000 259.0000 260.0000 261.0000 262.0000 263.0000]\n"
                " [288.0000 289.0000 290.0000 291.0000 292.0000 293.0000]\n"
                " [318.0000 319.0000 320.0000 999.5000 322.0000 323.0000]\n"
                " [348.0000 349.0000 350.0000 351.0000 352.0000 353.0000]]",
            ),
            (
                "expected",
                "[[258.0000 259.0000 260.0000 261.0000 262.0000 263.0000]\n"
                " [288.0000 289.0000 290.0000 291.0000 292.0000 293.0000]\n"
                " [318.0000 319.0000 320.0000 321.0000 322.0000 323.0000]\n"
                " [348.0000 349.0000 350.0000 351.0000 352.0000 353.0000]]",
            ),
            ("worst at", "[10, 20]: 999.5000 where 321.0000 was expected"),
            ("wrong", "1 of 600 elements"),
        ],
    )


# patterns: facts about all elements at once


def pattern(failure: Any, got: Any, expected: Any, check: Any = check_values) -> str | None:
    """What is said of all elements, if anything."""
    _, findings = failure(check, got, expected)
    found: str | None = dict(findings).get("pattern")
    return found


@pytest.mark.parametrize(
    ("got", "text"),
    [
        (3 * array((2, 3)), "got = 3 × expected, everywhere"),
        (array((2, 3)) / 4, "got = 1/4 × expected, everywhere"),
        (-array((2, 3)), "got = -1 × expected, everywhere"),
        (array((2, 3)) * 0.7310586, "got = 0.731059 × expected, everywhere"),
        (array((2, 3)) * (1 + 3e-9), "got = 1.000000003 × expected, everywhere"),
        (array((2, 3)) + 0.5, "got = expected +0.5, everywhere"),
        (array((2, 3)) - 2, "got = expected -2, everywhere"),
        (np.zeros((2, 3)), "every element is 0"),
    ],
)
def test_says_what_holds_everywhere(failure: Any, got: Any, text: str) -> None:
    assert pattern(failure, got, array((2, 3))) == text


def test_says_that_the_transpose_was_returned(failure: Any) -> None:
    expected = array((3, 3))
    assert pattern(failure, expected.T, expected) == "got is the transpose of what was expected"


def test_integers_have_patterns(failure: Any) -> None:
    expected = array((2, 3), "int64")
    assert pattern(failure, 2 * expected, expected) == "got = 2 × expected, everywhere"


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (changed(array((2, 3)), (0, 0), 9.0), array((2, 3))),
        (changed(array((2, 3)), (0, 0), np.nan), array((2, 3))),
        (array((2, 3)) * 2, changed(array((2, 3)), (0, 0), np.inf)),
        (np.array([0.0, 0.0, 5.0]), np.array([0.0, 0.0, 3.0])),  # one number is no pattern
        (np.array([5.0]), np.array([3.0])),
        (np.array([1.0, 2.0]), np.zeros(2)),
        (np.array([True, True]), np.array([False, False])),
        # a small error beside a large number is no offset
        (np.array([1.0, 2e-8, 3e-8]), np.array([1.0, 2e-8, 3e-8 + 1e-10])),
    ],
)
def test_sees_no_pattern_where_there_is_none(failure: Any, got: Any, expected: Any) -> None:
    assert pattern(failure, got, expected) is None


def test_tiny_probabilities_are_no_offset(failure: Any) -> None:
    expected = np.exp([0.0, -100.0, -600.0])
    assert pattern(failure, np.array([1.0, 0.0, 0.0]), expected, check_stability) is None


# what does not travel: the real worker says what it was

FOREIGN = """
import numpy as np

class Odd:
    type = "an array"

class Plain:
    pass

class Lying(float):
    __class__ = float

def f(what):
    if what == "masked": return np.ma.masked_all(3)
    if what == "matrix": return np.ones((1, 3)).view(np.matrix)
    if what == "float subclass": return Lying(1.0)
    if what == "object array": return np.array([None, 1.0, 2.0])
    if what == "set": return {1.0}
    if what == "8 TB": return np.broadcast_to(1.0, (10**6, 10**6))
    if what == "class": return Odd()
    if what == "plain": return Plain()
    if what == "function": return f
    if what == "generator": return (n for n in (1.0, 2.0, 4.0))
"""


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("masked", "a value of type numpy.MaskedArray"),
        ("matrix", "a value of type numpy.matrix"),
        ("float subclass", "an object of your own"),
        ("object array", "a value of type numpy.ndarray of dtype object"),
        ("set", "a value of type set"),
        (
            "8 TB",
            "a value of type numpy.ndarray of dtype float64 (an array of more than 256 MiB)",
        ),
        ("class", "an object of your own"),
        ("plain", "an object of your own"),
        ("function", "an object of your own"),
        ("generator", "an iterator"),
    ],
)
def test_what_does_not_travel_is_named(submit: Any, failure: Any, what: str, words: str) -> None:
    got = submit(FOREIGN, "def f(what): ...").functions.f(what)
    assert failure(check_values, got, ROW) == (
        "type",
        [("got", words), ("expected", "an array, float64 of shape (3,)")],
    )


def test_what_stays_in_the_worker_is_never_compared(submit: Any) -> None:
    stub = "def f(x) -> tuple[float, object]: ..."
    submission = submit("def f(x):\n    return x, {'kept': x}\n", stub).functions
    check_values(submission.f(1.0), submission.f(1.0))


# the comparator holes of other graders: each must be refused


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        pytest.param(2.0, np.full(3, 2.0), id="scalar broadcast over an array"),
        pytest.param(np.array(2.0), np.full(3, 2.0), id="0-d broadcast over an array"),
        pytest.param(np.array([2.0]), np.full(3, 2.0), id="(1,) broadcast over an array"),
        pytest.param(np.ones((4, 1)), np.ones(4), id="(4, 1) for (4,)"),
        pytest.param(np.ones(4), np.ones((4, 1)), id="(4,) for (4, 1)"),
        pytest.param([], 0.5, id="[] for a scalar loss"),
        pytest.param(np.array([]), 0.5, id="no elements for a scalar loss"),
        pytest.param(np.zeros(0), np.ones(3), id="no elements for some"),
        pytest.param(np.zeros((0, 2)), np.ones((1, 2)), id="(0, 2) for (1, 2)"),
        pytest.param(np.zeros((0, 2)), np.zeros((0, 3)), id="(0, 2) for (0, 3)"),
        pytest.param(np.float16(0.3), 0.3, id="float16 scalar"),
        pytest.param(np.ones(3, "complex128"), np.ones(3), id="complex array"),
        pytest.param(np.complex128(0.5), 0.5, id="complex scalar"),
        pytest.param(complex(0.5), np.float64(0.5), id="complex number"),
        pytest.param([1.0, 1.0], np.ones(2), id="list"),
        pytest.param((1.0, 1.0), np.ones(2), id="tuple"),
        pytest.param(np.ones(2).view(Subclass), np.ones(2), id="subclass"),
        pytest.param(np.ma.masked_all(2), np.ones(2), id="all-masked array"),
        pytest.param(np.array([None, None]), np.ones(2), id="object array"),
        pytest.param(np.array(["1", "1"]), np.ones(2), id="array of text"),
        pytest.param(np.full(2, np.nan), np.ones(2), id="nan where the reference has none"),
        pytest.param(np.nan, 0.5, id="nan loss: `not err > tol` is true"),
        pytest.param(np.array([1.0, np.nan]), np.array([np.nan, 1.0]), id="nan elsewhere"),
        pytest.param(np.full(2, np.inf), np.ones(2), id="inf"),
        pytest.param(np.inf, 1e308, id="inf for the largest numbers"),
        pytest.param(np.ones(2), np.full(2, np.inf), id="finite for inf"),
        pytest.param(np.zeros(3), np.full(3, 1e-3), id="zeros within a fixed atol"),
        pytest.param(np.zeros(3), np.full(3, 1e-300), id="zeros for tiny numbers"),
        pytest.param(True, 1, id="bool for int"),
        pytest.param(True, 1.0, id="bool for float"),
        pytest.param(np.array([True]), np.array([1]), id="bool array for int"),
        pytest.param(1, True, id="int for bool"),
        pytest.param(1.0, 1, id="float for int"),
        pytest.param(np.array([1.0]), np.array([1]), id="float array for int"),
        pytest.param("nan", math.nan, id="text for a number"),
        pytest.param((), None, id="empty tuple for None"),
        pytest.param((), (1.0,), id="empty tuple"),
        pytest.param({}, {"dW": 1.0}, id="empty dict"),
        pytest.param({"dW": 1.0, "db": 1.0}, {"dW": 1.0}, id="more keys"),
        pytest.param((1.0, 2.0, 3.0), (1.0, 2.0), id="longer tuple"),
        pytest.param(np.array([1, 2]), (1, 2), id="array for a tuple"),
    ],
)
def test_comparator_hole_is_closed(got: Any, expected: Any) -> None:
    for check in (check_values, check_stability):
        with pytest.raises(CheckFailed):
            check(got, expected)


# properties

FLOATS = st.sampled_from(["float64", "float32", "float16", "complex128", "complex64"])
DTYPES = st.one_of(FLOATS, st.sampled_from(["bool", "int8", "uint8", "int64", "uint64"]))
SHAPES = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
ARRAYS = npst.arrays(DTYPES, SHAPES)
NUMBERS = st.one_of(
    st.integers(),
    st.sampled_from([HUGE, -HUGE, 2**64]),
    st.floats(),
    st.complex_numbers(),
    DTYPES.flatmap(lambda name: npst.from_dtype(np.dtype(name))),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.text(), st.binary(), NUMBERS)
KEYS = st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.tuples(st.integers()))
PLAIN = st.recursive(
    st.one_of(SCALARS, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
    ),
    max_leaves=6,
)
ALIKE = st.tuples(DTYPES, SHAPES).flatmap(  # two arrays that only their elements tell apart
    lambda form: st.tuples(npst.arrays(*form), npst.arrays(*form))
)


@given(PLAIN)
def test_everything_equals_itself(value: Any) -> None:
    check_values(value, value)


@given(ARRAYS)
def test_an_array_equals_its_copy(values: Any) -> None:
    check_values(values.copy(), values)
    check_stability(values.copy(), values)


@given(
    npst.arrays(
        "float64",
        npst.array_shapes(max_dims=3, max_side=4),
        elements=st.floats(-1e100, 1e100),
    ),
    st.data(),
)
def test_one_changed_element_is_refused(values: Any, data: st.DataObject) -> None:
    largest = np.abs(values).max()
    assume(largest > 1e-290)  # below it, a millionth of it is no normal number
    at = tuple(data.draw(st.integers(0, side - 1)) for side in values.shape)
    factor = data.draw(st.floats(1.001e-6, 1e6) | st.floats(-1e6, -1.001e-6))
    got = changed(values, at, values[at] + factor * largest)
    with pytest.raises(CheckFailed) as failed:
        check_values(got, values)
    assert dict(failed.value.findings)["worst at"].startswith(f"[{', '.join(map(str, at))}]: ")


@given(
    npst.arrays("int64", npst.array_shapes(max_dims=3, max_side=4)),
    st.data(),
)
def test_one_changed_integer_is_refused(values: Any, data: st.DataObject) -> None:
    at = tuple(data.draw(st.integers(0, side - 1)) for side in values.shape)
    with pytest.raises(CheckFailed):
        check_values(changed(values, at, values[at] ^ 1), values)


@given(st.one_of(st.tuples(PLAIN, PLAIN), st.tuples(NUMBERS, NUMBERS), ALIKE))
def test_nothing_but_a_failure_is_raised(pair: tuple[Any, Any]) -> None:
    for check in (check_values, check_stability):
        findings: Any = [("", "accepted")]
        try:
            check(*pair)
        except CheckFailed as failed:
            findings = failed.findings
        assert findings
        assert all(isinstance(text, str) for finding in findings for text in finding)


def test_no_foreign_value_equals_another() -> None:
    assert not same(Foreign("set"), Foreign("set"))
    assert not same([Foreign("set")], [Foreign("set")])
    assert not same({"a": Foreign("set")}, {"a": Foreign("set")})


def test_a_finding_of_megabytes_is_cut() -> None:
    with pytest.raises(CheckFailed) as failed:
        check_values("x" * 1_000_000, "y")
    (_, got), *_ = failed.value.findings
    assert len(got) < 2_100
    assert got.endswith("… (1000002 characters)")
