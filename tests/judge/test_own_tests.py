"""A user's own tests: which count, and which mistakes they catch."""

from __future__ import annotations

import json
import textwrap
from dataclasses import replace

import pytest

from dlprep import catalog
from dlprep.authoring.new import new_exercise
from dlprep.catalog import Exercise
from dlprep.errors import UserError
from dlprep.judge.own_tests import REFERENCE, differing, score_tests
from dlprep.verdict import Location, Score

SOFTMAX = catalog.find("softmax")
RIGHT = SOFTMAX.reference.read_text(encoding="utf-8")
NO_SHIFT = RIGHT.replace(" - x.max(axis=axis, keepdims=True)", "")


GOOD = """
import numpy as np
import pytest
from softmax import softmax

@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(3, 4))

@pytest.mark.parametrize("axis", [0, 1])
def test_sums(x, axis):
    np.testing.assert_allclose(softmax(x, axis=axis).sum(axis=axis), 1)

class TestLimits:
    def test_large(self):
        assert np.isfinite(softmax(np.array([1e4, 1e4 + 1]))).all()
"""


def caught(found: Score) -> dict[str, tuple[str, ...]]:
    return {one.name: one.caught_by for one in found.mistakes if one.caught_by}


def missed(found: Score) -> set[str]:
    return {one.name for one in found.mistakes if not one.caught_by}


def test_good_tests_are_counted_by_the_mistakes_that_they_catch() -> None:
    found = score_tests(SOFTMAX, GOOD.encode(), NO_SHIFT.encode())
    assert found.tests == ("test_sums[0]", "test_sums[1]", "TestLimits::test_large")
    assert (found.invalid, found.problem, found.left_out) == ((), None, ())
    assert caught(found) == {
        "no max subtraction": ("TestLimits::test_large",),
        "keepdims forgotten": ("test_sums[1]",),
        "sum over the whole array": ("test_sums[0]", "test_sums[1]"),
        "axis ignored": ("test_sums[0]",),
        "logarithm returned": ("test_sums[0]", "test_sums[1]"),
    }
    assert missed(found) == {
        "one maximum for the whole array",
        "minimum or mean subtracted",
        "divided by the maximum",
        "epsilon in the denominator",
        "logits clipped",
        "shifted logits clipped",
    }
    assert (found.caught, len(found.mistakes), found.complete) == (5, 11, False)
    (failure,) = found.failures  # on the user's own file
    assert (failure.test, failure.status) == ("TestLimits::test_large", "failed")
    assert failure.location is not None
    assert failure.location.line == 16
    assert failure.location.code.strip().startswith("assert np.isfinite(softmax(")
    assert failure.text.startswith("assert np.False_")


MISTAKES = """
[[mistake]]
name = "thrice"
find = "2 * x"
replace = "3 * x"
caught_by = "test_empty_input"
hint = "Twice."

[[mistake]]
name = "one by one"
find = "return 2 * x"
replace = "return np.array([2 * one for one in x])"
caught_by = "test_cost"
costs_only = true
hint = "All at once."
"""
COST = """
from dlprep.checks import check_scaling

def test_cost(submission):
    expected = 2 * np.ones(9), 2 * np.ones(99)
    sizes = (np.ones(9),), (np.ones(99),)
    check_scaling(submission.double, *sizes, expected=expected, over="the entries")
"""
DOUBLE = "def double(x): return 2 * x\n"
IMPORT = "import os\nimport numpy as np\nfrom double import double\n"


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    """The skeleton's exercise, with a mistake more, and one that no plain test can show."""
    home = tmp_path_factory.mktemp("home")
    new_exercise("double", home)
    for name, text in (("solutions/double/variants.toml", MISTAKES), ("exercises/double", COST)):
        path = home / name
        path = path / "test_cases.py" if path.is_dir() else path
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return replace(catalog.find("double", home), seconds=0.7)


def test_all_mistakes_caught_and_all_right_is_complete(double: Exercise) -> None:
    tests = f"{IMPORT}def test_it(): assert double(np.ones(2))[1] == 2\n"
    found = score_tests(double, tests.encode(), DOUBLE.encode())
    assert (missed(found), found.failures, found.invalid) == (set(), (), ())
    assert found.left_out == ("one by one",)
    assert found.complete
    data = json.loads(json.dumps(found.to_json()))
    assert (data["caught"], data["complete"], data["exercise"]) == (2, True, "double")
    assert data["mistakes"] == [
        {"name": name, "functions": ["double"], "caught_by": ["test_it"]}
        for name in ("adds 2", "thrice")
    ]


def test_a_test_that_fails_on_a_right_solution_does_not_count(double: Exercise) -> None:
    tests = """
import pytest
def test_wrong(): assert double(1.0) == 3.0
def test_number(): assert double(3.0) == 6.0
@pytest.mark.skip
def test_skipped(): pass
def test_loop():
    while True: pass
def test_exit(): os._exit(0)
def test_crash(): os.kill(os.getpid(), 11)
def test_ends_the_run(): pytest.exit("enough")
def test_needs(other): pass
def test_fine(): assert double(np.array([4.0]))[0] == 8.0
"""
    found = score_tests(double, f"{IMPORT}{tests}".encode(), DOUBLE.encode())
    assert {one.test: (one.kind, one.on) for one in found.invalid} == {
        "test_wrong": ("wrong", REFERENCE),
        "test_number": ("over-specific", "one entry at a time"),
        "test_skipped": ("skipped", REFERENCE),
        "test_loop": ("wrong", REFERENCE),
        "test_exit": ("wrong", REFERENCE),
        "test_crash": ("wrong", REFERENCE),
        "test_ends_the_run": ("wrong", REFERENCE),
        "test_needs": ("wrong", REFERENCE),
    }
    said = {one.test: one.text for one in found.invalid}
    assert said["test_wrong"] == "assert 2.0 == 3.0\n +  where 2.0 = double(1.0)"
    assert said["test_number"] == "TypeError: object of type 'float' has no len()"
    assert said["test_loop"] == "did not finish in 0.7 s"
    assert said["test_exit"] == "the process ended itself with exit code 0"
    assert said["test_crash"] == "the process was ended by SIGSEGV"
    assert said["test_ends_the_run"] == "the process ended itself with exit code 0"
    assert said["test_needs"] == "fixture 'other' not found (no conftest.py is read)"
    passes = {one.test for one in found.invalid if one.passes_own}
    assert passes == {"test_number"}
    assert caught(found) == {"adds 2": ("test_fine",), "thrice": ("test_fine",)}
    own = [one.test for one in found.failures]
    assert own == ["test_wrong", "test_needs"]  # what ends its process is told once
    assert not found.complete


def test_a_flaky_test_is_said_to_be_flaky(double: Exercise) -> None:
    """It passes on one run of the reference and not on another, sooner or later."""
    text = "".join(f"def test_{n}(): assert os.urandom(1) < b'\\x80'\n" for n in range(20))
    found = score_tests(double, f"{IMPORT}{text}".encode(), None)
    flaky = [one for one in found.invalid if one.kind == "flaky"]
    assert flaky  # but for one time in a million
    assert {one.on for one in flaky} == {REFERENCE}


def test_every_trial_is_a_process_and_a_folder_of_its_own(double: Exercise) -> None:
    tests = """
import pathlib
def test_alone():
    assert not pathlib.Path("been").exists()
    pathlib.Path("been").touch()
    there = sorted(path.name for path in pathlib.Path().glob("*.py"))
    assert there == ["double.py", "test_double.py"]
    assert not hasattr(os, "been")
    os.been = True
"""
    found = score_tests(double, f"{IMPORT}{tests}".encode(), DOUBLE.encode())
    assert (found.invalid, found.failures) == ((), ())


def test_a_mistake_that_ends_or_hangs_is_caught(double: Exercise) -> None:
    tests = """
def test_ends():
    if double(np.array([3.0]))[0] == 5: os._exit(0)
def test_hangs():
    while double(np.array([3.0]))[0] == 9: pass
"""
    found = score_tests(double, f"{IMPORT}{tests}".encode(), None)
    assert found.invalid == ()
    assert caught(found) == {"adds 2": ("test_ends",), "thrice": ("test_hangs",)}


def test_the_users_own_file_may_be_absent_or_broken(double: Exercise) -> None:
    tests = f"{IMPORT}def test_it(): assert double(np.ones(2))[1] == 2\n".encode()
    problems = {
        None: "There is no double.py here.",
        b"": "double.py is empty.",
        b"x = 1 / 0": "double.py raises ZeroDivisionError: division by zero when it is loaded.",
        b"def f(": "double.py is not valid Python",
        b"def twice(x): return x": "cannot import name 'double'",
    }
    for own, message in problems.items():
        found = score_tests(double, tests, own)
        assert found.problem is not None
        assert message in found.problem.message
        assert (found.caught, found.failures, found.complete) == (2, (), False)
    assert "with double.py, not with the reference" in found.problem.message


def test_a_syntax_error_is_told_of_the_file_that_has_it(double: Exercise) -> None:
    tests = f"{IMPORT}def test_it(): assert double(np.ones(2))[1] == 2\n"
    problem = score_tests(double, tests.encode(), b"\n\ndef f(:").problem
    assert problem is not None
    assert problem.message == "double.py is not valid Python: invalid syntax."
    assert problem.location == Location(3, "def f(:")


def test_tests_of_a_class() -> None:
    exercise = catalog.find("early_stop")
    tests = """
import numpy as np
from early_stop import EarlyStopping

def test_patience():
    stopper = EarlyStopping(2, 0.0)
    assert [stopper.step(loss, {}) for loss in (1.0, 0.5, 0.6, 0.7)] == [False] * 3 + [True]

def test_copy():
    stopper, w = EarlyStopping(2, 0.0), np.ones(1)
    stopper.step(1.0, {"w": w})
    w[0] = 5.0
    assert stopper.best_params["w"][0] == 1.0
"""
    own = exercise.reference.read_bytes()
    found = score_tests(exercise, tests.encode(), own)
    assert (found.invalid, found.failures) == ((), ())
    names = caught(found)
    assert names["reference kept, not a copy"] == ("test_copy",)
    assert names["one step too patient"] == ("test_patience",)
    assert "nan counts as better" in missed(found)
    where = {one.name: one.functions for one in found.mistakes}
    assert where["one step too patient"] == ("EarlyStopping.step",)


UNUSABLE = {
    "": "test_double.py is empty.",
    "def test_it():\n  x = '\0'": "NUL bytes",
    "x = 1": "test_double.py holds no tests",
    "def test_it(:": "is not valid Python: invalid syntax.\n    line 1: def test_it(:",
    "\nimport nothing": "No module named 'nothing' when it is loaded.\n    line 2: import nothing",
    "from double import triple": "cannot import name 'triple' from 'double'",
    "import os; os._exit(3)": "does not load: the process ended itself with exit code 3.",
    "while True: pass": "does not load: did not finish in 5.7 s.",
    "import pytest\n@pytest.mark.parametrize('y', [1])\ndef test_it(x): pass": (
        "test_it: function uses no argument 'y'"
    ),
}


@pytest.mark.parametrize("tests", UNUSABLE, ids=range(len(UNUSABLE)))
def test_a_file_without_tests_is_wrong_use(double: Exercise, tests: str) -> None:
    with pytest.raises(UserError) as error:
        score_tests(double, tests.encode(), None)
    assert UNUSABLE[tests] in str(error.value)


def test_where_a_mistake_is() -> None:
    reference = textwrap.dedent(
        '''
        def _half(x): return x / 2
        def f(x):
            """Words."""
            return _half(x)
        def g(x): return f(x) + 1
        class C:
            def m(self): return g(1)
            def n(self): return self._p()
            def _p(self): return 0
        '''
    )
    assert differing(reference, reference.replace("Words", "Other words")) == ()
    assert differing(reference, reference.replace("x / 2", "x / 3")) == ("f",)
    assert differing(reference, reference.replace("+ 1", "+ 2")) == ("g",)
    assert differing(reference, reference.replace("return 0", "return 1")) == ("C.n",)
    assert differing(reference, "def f(x): return x") == ("f", "g", "C.m", "C.n")
