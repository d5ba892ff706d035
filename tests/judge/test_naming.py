"""Mistakes are named when they explain every answer, and never by a guess."""

from collections.abc import Callable
from dataclasses import replace as changed
from itertools import count
from json import dumps
from pathlib import Path

import pytest

from dlprep import catalog
from dlprep.catalog import Exercise
from dlprep.judge.judge import judge
from dlprep.variants import read_variants
from dlprep.verdict import NamedMistake, Verdict

VerdictOn = Callable[..., Verdict]
Make = Callable[..., Exercise]
NUMBERS = count()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write an exercise: its reference, its cases, and edits of the reference by their names.

    A mistake is found by ``test_a``, or by the case in front of a slash: ``b / adds``. A second
    pair of texts is another spelling.
    """

    def exercise(
        reference: str, cases: str, mistakes: dict[str, tuple[str, ...]], track: str = "debugging"
    ) -> Exercise:
        slug = f"tiny_{next(NUMBERS)}"
        folder, solution = tmp_path / "exercises" / slug, tmp_path / "solutions" / slug
        folder.mkdir(parents=True)
        solution.mkdir(parents=True)
        (folder / "exercise.toml").write_text(
            f'title = "Tiny"\ntrack = "{track}"\ndifficulty = "easy"\nminutes = 1\n'
            "asked = 1\ntags = []\nseconds = 30\n"
        )
        (folder / "prompt.md").write_text("# Tiny\n")
        (folder / "stub.py").write_text(reference)
        (folder / "test_cases.py").write_text(
            "import numpy as np\nfrom dlprep.checks import check_values, contrast, polish\n\n"
            + cases
        )
        (solution / "reference.py").write_text(reference)
        (solution / "variants.toml").write_text(
            "".join(entry(*name.split(" / ")[::-1], *texts) for name, texts in mistakes.items())
        )
        return catalog.read(slug, tmp_path)

    return exercise


def entry(name: str, *texts: str) -> str:
    """A mistake for ``variants.toml``: the case that finds it may come first."""
    case, find, replace, *also = texts if len(texts) % 2 else ("a", *texts)
    text = f"[[mistake]]\nname = {name!r}\nfind = {dumps(find)}\nreplace = {dumps(replace)}\n"
    if also:
        text += f"also = [[{{ find = {dumps(also[0])}, replace = {dumps(also[1])} }}]]\n"
    return f"{text}caught_by = 'test_{case}'\nhint = 'hint: {name}'\n\n"


def named(verdict: Verdict) -> list[tuple[str, str]]:
    """The function and the name of each named mistake."""
    assert verdict.problem is None, verdict.problem
    for mistake in verdict.mistakes:
        assert mistake.hint == f"hint: {mistake.name}"
    return [(mistake.function, mistake.name) for mistake in verdict.mistakes]


def mistake(exercise: Exercise, name: str) -> str:
    """The text of a listed mistake."""
    [found] = [one for one in read_variants(exercise).mistakes if one.name == name]
    return found.source


SCALE = """import numpy as np


def scale(x, by=2.0):
    return x * by
"""
SCALE_CASES = """
def test_a(submission, reference, rng):
    '''scales'''
    x = rng.normal(size=4)
    check_values(submission.scale(x), reference.scale(x))


def test_by(submission, reference, rng):
    '''scales by something else'''
    x = rng.normal(size=4)
    check_values(submission.scale(x, by=3.0), reference.scale(x, by=3.0))
"""


def test_a_mistake_is_named_however_it_is_written(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(
        SCALE,
        SCALE_CASES,
        {"adds": ("x * by", "x + by"), "ignores by": ("x * by", "x * 2.0")},
    )
    source = "def scale(x, by=2.0):\n    out = x.copy()\n    out += by\n    return out\n"
    verdict = verdict_on(exercise, source)
    assert verdict.status == "failed"
    assert verdict.mistakes == (NamedMistake("scale", "adds", "hint: adds", "a"),)
    ignores = "def scale(x, by=2.0):\n    return x + x\n"
    assert named(verdict_on(exercise, ignores)) == [("scale", "ignores by")]
    for one in read_variants(exercise).mistakes:
        assert named(verdict_on(exercise, one.source)) == [("scale", one.name)]


def test_an_accepted_solution_is_never_named(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(SCALE, SCALE_CASES, {"adds": ("x * by", "x + by")})
    verdict = verdict_on(exercise, "def scale(x, by=2.0):\n    return by * x + 1e-15\n")
    assert (verdict.status, verdict.mistakes) == ("passed", ())


@pytest.mark.parametrize(
    "line",
    [
        "return x * by + 1",
        "return x + by if by == 2 else x * by",  # as the mistake on one call, right on another
        "return x + by + 1e-6",
        "return (x + by)[None]",
        "return None",
        "raise ValueError",
        "return by",
    ],
)
def test_what_is_in_no_list_is_not_named(verdict_on: VerdictOn, make: Make, line: str) -> None:
    exercise = make(
        SCALE, SCALE_CASES, {"adds": ("x * by", "x + by"), "ignores by": ("x * by", "x * 2.0")}
    )
    verdict = verdict_on(exercise, f"def scale(x, by=2.0):\n    {line}\n")
    assert (verdict.status, named(verdict)) == ("failed", [])


def test_two_that_cannot_be_told_apart_are_not_named(verdict_on: VerdictOn, make: Make) -> None:
    edits = {
        "adds": ("x * by", "x + by"),
        "adds the other way": ("x * by", "by + x"),
        "subtracts": ("x * by", "x - by"),
    }
    exercise = make(SCALE, SCALE_CASES, edits)
    assert named(verdict_on(exercise, mistake(exercise, "adds"))) == []
    assert named(verdict_on(exercise, mistake(exercise, "subtracts"))) == [("scale", "subtracts")]


def test_a_mistake_that_the_calls_do_not_show_is_not_named(
    verdict_on: VerdictOn, make: Make
) -> None:
    cases = (
        "def test_a(submission, reference):\n    '''scales'''\n"
        "    check_values(submission.scale(np.ones(2)), np.full(2, 3.0))  # it asks for more\n"
    )
    exercise = make(SCALE, cases, {"ignores by": ("x * by", "x * 2.0")})
    verdict = verdict_on(exercise, mistake(exercise, "ignores by"))  # right as far as it was called
    assert (verdict.status, named(verdict)) == ("failed", [])


def test_an_exception_is_evidence_with_its_text(verdict_on: VerdictOn, make: Make) -> None:
    edits = {
        "needs a matrix": ("return x * by", "n, d = x.shape\n    return x * by"),
        "refuses by": ("return x * by", "if by != 2: raise KeyError('by')\n    return x * by"),
    }
    exercise = make(SCALE, SCALE_CASES, edits)
    for name in edits:
        assert named(verdict_on(exercise, mistake(exercise, name))) == [("scale", name)]
    other = "def scale(x, by=2.0):\n    raise ValueError('something else')\n"
    assert named(verdict_on(exercise, other)) == []


PAIR = """import numpy as np


def double(x):
    return 2 * x


def halve(x):
    return x / 2
"""
PAIR_CASES = """
def test_a(submission, reference, rng):
    '''doubles'''
    x = rng.normal(size=4)
    check_values(submission.double(x), reference.double(x))


def test_b(submission, reference, rng):
    '''halves'''
    x = rng.normal(size=4)
    check_values(submission.halve(x), reference.halve(x))
"""
PAIR_MISTAKES = {"adds 2": ("2 * x", "2 + x"), "takes 2": ("x / 2", "x - 2")}


def test_two_functions_with_two_mistakes_name_both(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(PAIR, PAIR_CASES, PAIR_MISTAKES)
    both = "def double(x):\n    return x + 2\ndef halve(x):\n    return x - 2\n"
    assert named(verdict_on(exercise, both)) == [("double", "adds 2"), ("halve", "takes 2")]
    one = "def double(x):\n    return x + x\ndef halve(x):\n    return x - 2\n"
    assert named(verdict_on(exercise, one)) == [("halve", "takes 2")]
    half = "def double(x):\n    return x + 2\ndef halve(x):\n    return x - 3\n"
    assert named(verdict_on(exercise, half)) == [("double", "adds 2")]


def test_a_missing_function_hides_no_mistake_of_another(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(PAIR, PAIR_CASES, PAIR_MISTAKES)
    assert named(verdict_on(exercise, "def double(x):\n    return x + 2\n")) == [
        ("double", "adds 2")
    ]


@pytest.mark.parametrize(
    "end",
    [
        "[k for k in object.__subclasses__() if k.__name__ == '_wrap_close'][0]"
        ".__init__.__globals__['_exit'](0)",
        "while True: pass",
    ],
    ids=["crash", "endless loop"],
)
def test_after_a_lost_worker_nothing_is_named(verdict_on: VerdictOn, make: Make, end: str) -> None:
    exercise = changed(make(PAIR, PAIR_CASES, PAIR_MISTAKES), seconds=1)
    verdict = verdict_on(exercise, f"def double(x):\n    return x + 2\ndef halve(x):\n    {end}\n")
    assert [case.status for case in verdict.cases] == ["failed", "error"]
    assert (verdict.status, named(verdict)) == ("error", [])


# what is replayed


def test_an_opaque_cache_of_any_design_is_replayed(verdict_on: VerdictOn, make: Make) -> None:
    reference = (
        "import numpy as np\n\n\n"
        "def forward(x, w) -> tuple[np.ndarray, object]:\n    return x * w, (x, w)\n\n\n"
        "def backward(d, cache):\n    x, w = cache\n    return d * w, d * x\n"
    )
    cases = (
        "def test_a(submission, reference, rng):\n    '''has gradients'''\n"
        "    x, w, d = rng.normal(size=(3, 4))\n"
        "    y, cache = submission.forward(x, w)\n"
        "    other, unused = submission.forward(d, w)\n"
        "    check_values(y, reference.forward(x, w)[0])\n"
        "    check_values(submission.backward(d, cache), (d * w, d * x))\n"
    )
    edits = {
        "swapped": ("return d * w, d * x", "return d * x, d * w"),
        "no upstream": ("return d * w, d * x", "return w, x"),
        "sum for product": ("return x * w,", "return x + w,"),
    }
    exercise = make(reference, cases, edits)
    own = (
        "class Saved:\n    pass\n"
        "def forward(x, w):\n    saved = Saved()\n    saved.back = lambda d: (d * w, d * x)\n"
        "    return {y}, saved\n"
        "def backward(d, cache):\n    dx, dw = cache.back({d})\n    return {result}\n"
    )
    right = own.format(y="x * w", d="d", result="[dx, dw]")
    assert verdict_on(exercise, right).status == "passed"
    swapped = own.format(y="x * w", d="d", result="dw, dx")
    assert named(verdict_on(exercise, swapped)) == [("backward", "swapped")]
    upstream = own.format(y="w * x", d="1", result="dx, dw")
    assert named(verdict_on(exercise, upstream)) == [("backward", "no upstream")]
    forward = own.format(y="w + x", d="d", result="dx, dw")
    assert named(verdict_on(exercise, forward)) == [("forward", "sum for product")]


VALUE = """class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0
        self.back = lambda: None

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data)

        def back():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.back = back
        return out

    __rmul__ = __mul__

    def backward(self):
        self.grad = 1.0
        self.back()
"""


def test_objects_their_operators_methods_and_attributes_are_replayed(
    verdict_on: VerdictOn, make: Make
) -> None:
    cases = (
        "def test_a(submission, rng):\n    '''knows its gradient'''\n"
        "    a, b = rng.normal(size=2)\n"
        "    x, y = submission.Value(a), submission.Value(b)\n"
        "    check_values((3.0 * x).data, 3 * a)\n"
        "    z = x * y\n    z.backward()\n"
        "    check_values(z.data, a * b)\n    check_values((x.grad, y.grad), (b, a))\n"
        "    z = x * x\n    x.grad = 0.0\n    z.backward()\n"
        "    check_values(x.grad, 2 * a)\n"
    )
    edits = {
        "sets the gradient": ("self.grad += other.data", "self.grad = other.data"),
        "own data": ("self.grad += other.data", "self.grad += self.data"),
        "no upstream": ("other.data * out.grad", "other.data"),
    }
    exercise = make(VALUE, cases, edits)
    assert verdict_on(exercise, VALUE).status == "passed"
    other_design = VALUE.replace("self.back", "self._undo").replace("out.back", "out._undo")
    assert verdict_on(exercise, other_design).status == "passed"
    wrong = other_design.replace("self.grad += other.data", "self.grad += self.data")
    assert named(verdict_on(exercise, wrong)) == [("Value", "own data")]


def test_functions_that_are_passed_in_are_replayed(verdict_on: VerdictOn, make: Make) -> None:
    reference = "def slope(f, x, h=1e-3):\n    return (f(x + h) - f(x - h)) / (2 * h)\n"
    cases = (
        "def test_a(submission, reference, rng):\n    '''is a central difference'''\n"
        "    a = rng.normal()\n"
        "    def cubic(x):\n        return a * x**3\n"
        "    def loud(x):\n        raise ValueError('loud')\n"
        "    check_values(submission.slope(cubic, 2.0), reference.slope(cubic, 2.0))\n"
    )
    edits = {
        "one-sided": ("(f(x + h) - f(x - h)) / (2 * h)", "(f(x + h) - f(x)) / h"),
        "half": ("(f(x + h) - f(x - h)) / (2 * h)", "(f(x + h) - f(x - h)) / h"),
    }
    exercise = make(reference, cases, edits)
    wrong = "def slope(f, x, h=1e-3):\n    here = f(x)\n    return (f(x + h) - here) / h\n"
    assert named(verdict_on(exercise, wrong)) == [("slope", "one-sided")]


def test_a_function_that_fails_in_the_submission_fails_in_the_replay(
    verdict_on: VerdictOn, make: Make
) -> None:
    reference = "def safe(f, x):\n    return f(x) if x > 0 else 0.0\n"
    cases = (
        "def test_a(submission, reference):\n    '''asks only where it may'''\n"
        "    def root(x):\n        if x <= 0: raise ValueError('no root')\n        return x**0.5\n"
        "    check_values(submission.safe(root, 4.0), 2.0)\n"
        "    check_values(submission.safe(root, -1.0), 0.0)\n"
    )
    exercise = make(reference, cases, {"asks always": ("f(x) if x > 0 else 0.0", "f(x)")})
    verdict = verdict_on(exercise, "def safe(f, x):\n    y = f(x)\n    return y\n")
    assert named(verdict) == [("safe", "asks always")]


def test_calls_within_calls_are_not_replayed(verdict_on: VerdictOn, make: Make) -> None:
    reference = "def twice(f, x):\n    return f(f(x))\n\n\ndef inc(x):\n    return x + 1\n"
    cases = (
        "def test_a(submission):\n    '''calls twice'''\n"
        "    check_values(submission.twice(lambda x: submission.inc(x) * 2, 3), 18)\n"
    )
    edits = {"once": ("f(f(x))", "f(x)"), "thrice": ("f(f(x))", "f(f(f(x)))")}
    exercise = make(reference, cases, edits)
    assert verdict_on(exercise, reference).status == "passed"
    wrong = "def twice(f, x):\n    return f(x)\ndef inc(x):\n    return 1 + x\n"
    verdict = verdict_on(exercise, wrong)
    assert (verdict.status, named(verdict)) == ("failed", [])


def test_iterators_and_generators_are_replayed(verdict_on: VerdictOn, make: Make) -> None:
    reference = (
        "import numpy as np\n\n\n"
        "def batches(x, size, rng):\n    order = rng.permutation(len(x))\n"
        "    for i in range(0, len(x), size):\n        yield x[order[i : i + size]]\n"
    )
    cases = (
        "def test_a(submission, reference, rng):\n    '''gives every row once'''\n"
        "    x = rng.normal(size=7)\n"
        "    got = list(submission.batches(x, 3, rng))\n"
        "    check_values(got, list(submission.batches.right(x, 3, rng)))\n"
    )
    edits = {
        "drops the last": ("range(0, len(x), size)", "range(0, len(x) - size + 1, size)"),
        "not shuffled": ("rng.permutation(len(x))", "np.arange(len(x))"),
    }
    exercise = make(reference, cases, edits)
    assert verdict_on(exercise, reference).status == "passed"
    wrong = (
        "def batches(x, size, rng):\n    x = x[rng.permutation(len(x))]\n"
        "    return iter([x[:3], x[3:6]])\n"
    )
    assert named(verdict_on(exercise, wrong)) == [("batches", "drops the last")]
    plain = (
        "def batches(x, size, rng):\n    while len(x):\n        yield x[:3]\n        x = x[3:]\n"
    )
    assert named(verdict_on(exercise, plain)) == [("batches", "not shuffled")]


def test_inputs_that_the_submission_changes_do_not_spoil_the_replay(
    verdict_on: VerdictOn, make: Make
) -> None:
    exercise = make(SCALE, SCALE_CASES, {"adds": ("x * by", "x + by")})
    source = "def scale(x, by=2.0):\n    x += by\n    y = x.copy()\n    x[:] = 0\n    return y\n"
    assert named(verdict_on(exercise, source)) == [("scale", "adds")]


def test_layouts_are_replayed(verdict_on: VerdictOn, make: Make) -> None:
    reference = "import numpy as np\n\n\ndef flat(x):\n    return x.reshape(-1)\n"
    cases = (
        "def test_a(submission, reference, rng):\n    '''reads row by row'''\n"
        "    x = rng.normal(size=(3, 4))\n"
        "    check_values(submission.flat(x.T), reference.flat(x.T))\n"
    )
    exercise = make(reference, cases, {"in memory order": ("reshape(-1)", "ravel('K')")})
    verdict = verdict_on(exercise, "def flat(x):\n    return x.flatten(order='A')\n")
    assert named(verdict) == [("flat", "in memory order")]


def test_a_value_of_a_strange_type_is_no_evidence(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(SCALE, SCALE_CASES, {"adds": ("x * by", "x + by")})
    for value in ("{1}", "lambda: 1", "iter([1])", "object()", "'<foreign>'", "[x + by]"):
        source = f"def scale(x, by=2.0):\n    return {value}\n"
        assert named(verdict_on(exercise, source)) == []


# two at once, function by function, and what contradicts a name


def test_two_mistakes_in_one_function_name_both_if_each_is_needed(
    verdict_on: VerdictOn, make: Make
) -> None:
    reference = "def line(x, a, b):\n    y = a * x\n    return y + b\n"
    cases = (
        "def test_a(submission, reference, rng):\n    '''is a line'''\n"
        "    x = rng.normal(size=4)\n"
        "    check_values(submission.line(x, 3.0, 4.0), reference.line(x, 3.0, 4.0))\n"
    )
    edits = {"adds a": ("a * x", "a + x"), "takes b": ("y + b", "y - b")}
    exercise = make(reference, cases, edits)
    both = "def line(x, a, b):\n    return x + a - b\n"
    assert named(verdict_on(exercise, both)) == [("line", "adds a"), ("line", "takes b")]
    assert named(verdict_on(exercise, both.replace("- b", "/ b"))) == []


def test_a_mistake_of_two_functions_may_be_made_in_one(verdict_on: VerdictOn, make: Make) -> None:
    reference = PAIR.replace("2 * x", "_by(x, 2)").replace("x / 2", "_by(x, 1 / 2)")
    reference += "\n\ndef _by(x, n):\n    return x * n\n"
    exercise = make(reference, PAIR_CASES, {"adds": ("x * n", "x + n")})
    one = "def double(x):\n    return x * 2\ndef halve(x):\n    return x + 0.5\n"
    assert named(verdict_on(exercise, one)) == [("halve", "adds")]


def test_the_right_forward_of_a_wrong_cache_contradicts_a_wrong_forward(
    verdict_on: VerdictOn,
) -> None:
    exercise = catalog.find("lstm_cell")
    source = exercise.reference.read_text("utf-8")
    wrong = source.replace("(x, h, c, Wx, Wh, i, f, g, o, c2)", "(x, h, c, Wx, Wh, i, f, g, o, c)")
    verdict = verdict_on(exercise, wrong)
    assert verdict.status == "failed"
    assert "old cell state in h2" not in [one.name for one in verdict.mistakes]


# when nothing is said


def test_what_is_not_decided_in_time_is_not_named(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(PAIR, PAIR_CASES, PAIR_MISTAKES)
    both = "def double(x):\n    return x + 2\ndef halve(x):\n    return x - 2\n"
    assert len(named(verdict_on(exercise, both))) == 2
    verdict = judge(exercise, both.encode(), seed=1, explaining=1e-9)
    assert (verdict.status, named(verdict)) == ("failed", [])


def test_what_was_decided_in_time_stays_named(verdict_on: VerdictOn, make: Make) -> None:
    slow = {**PAIR_MISTAKES, "takes 2": ("x / 2", "x - 2 + 0 * sum(range(10**8))")}
    exercise = make(PAIR, PAIR_CASES, slow)
    both = "def double(x):\n    return x + 2\ndef halve(x):\n    return x - 2\n"
    assert named(verdict_on(exercise, both)) == [("double", "adds 2")]


def test_training_is_not_replayed(verdict_on: VerdictOn, make: Make) -> None:
    for track, expected in (("training", []), ("fundamentals", [("scale", "adds")])):
        exercise = make(SCALE, SCALE_CASES, {"adds": ("x * by", "x + by")}, track)
        verdict = verdict_on(exercise, mistake(exercise, "adds"))
        assert (verdict.status, named(verdict)) == ("failed", expected)


POLISH_CASES = (
    SCALE_CASES
    + """

@polish
def test_p(submission, reference):
    '''keeps float32'''
    x = np.ones(3, np.float32)
    check_values(submission.scale(x), reference.scale(x), dtype=True)
"""
)
POLISH_MISTAKES = {"p / always float64": ("x * by", "x.astype(float) * by")}


def test_a_dtype_is_evidence_in_polish_alone(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(SCALE, POLISH_CASES, POLISH_MISTAKES)
    wide = "import numpy as np\ndef scale(x, by=2.0):\n    return np.float64(by) * x\n"
    verdict = verdict_on(exercise, wide)
    assert (verdict.status, named(verdict)) == ("passed", [("scale", "always float64")])


def test_polish_is_not_named_while_core_fails(verdict_on: VerdictOn, make: Make) -> None:
    cases = PAIR_CASES + (
        "\n\n@polish\ndef test_p(submission, reference):\n    '''keeps float32'''\n"
        "    x = np.ones(3, np.float32)\n"
        "    check_values(submission.double(x), reference.double(x), dtype=True)\n"
    )
    wide = {"p / always float64": ("2 * x", "2 * x.astype(float)")}
    exercise = make(PAIR, cases, wide | {"takes 2": ("x / 2", "x - 2")})
    text = "def double(x):\n    return x.astype(float) * 2\ndef halve(x):\n    return {}\n"
    for halve, status, expected in (
        ("x / 2", "passed", [("double", "always float64")]),
        ("x - 3", "failed", []),
        ("x - 2", "failed", [("halve", "takes 2")]),
    ):
        verdict = verdict_on(exercise, text.format(halve))
        assert verdict.failing[-1].name == "p"
        assert (verdict.status, named(verdict)) == (status, expected)


@pytest.mark.parametrize("mark", ["@contrast('three numbers')", "", None])
def test_what_the_page_calls_right_contradicts_a_name(
    verdict_on: VerdictOn, make: Make, mark: str | None
) -> None:
    other = (
        f"\n\n{mark}\ndef test_other(submission, reference, rng):\n    '''scales three'''\n"
        "    x = rng.normal(size=3)\n"
        "    check_values(submission.scale(x), reference.scale(x))\n"
    )
    cases = SCALE_CASES if mark is None else SCALE_CASES + other
    exercise = make(SCALE, cases, {"adds": ("x * by", "x + by")})
    source = "def scale(x, by=2.0):\n    return x + by if len(x) > 3 else x * by\n"
    verdict = verdict_on(exercise, source)
    assert verdict.status == "failed"
    assert [one.right for one in verdict.contrasts] == [True] * bool(mark)
    assert named(verdict) == ([("scale", "adds")] if mark is None else [])


def test_every_spelling_is_the_same_mistake(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(
        SCALE, SCALE_CASES, {"by and 1": ("x * by", "x * by + 1", "x * by", "x * by - 1")}
    )
    for number in ("1", "(-1)"):
        source = f"def scale(x, by=2.0):\n    x = by * x\n    return x + {number}\n"
        assert named(verdict_on(exercise, source)) == [("scale", "by and 1")]
    [listed] = read_variants(exercise).mistakes
    assert len(listed.spellings) == 2


# what a few answers are worth

STOP = "def stop(values, limit):\n    return [value > limit for value in values]\n"
STOP_CASES = """
def test_a(submission, reference):
    '''stops above the limit'''
    values = [1.0, 2.0, 3.0]
    check_values(submission.stop(values, 2.0), reference.stop(values, 2.0))


def test_b(submission, reference):
    '''stops above another limit'''
    values = [5.0, -1.0, 0.0]
    check_values(submission.stop(values, 0.0), reference.stop(values, 0.0))
"""


def test_a_few_booleans_are_no_evidence_by_themselves(verdict_on: VerdictOn, make: Make) -> None:
    exercise = make(STOP, STOP_CASES, {"at the limit": ("value > limit", "value >= limit")})
    at = "def stop(values, limit):\n    return [not value < limit for value in values]\n"
    assert named(verdict_on(exercise, at)) == [("stop", "at the limit")]
    above_one = "def stop(values, limit):\n    return [value > 1 for value in values]\n"
    verdict = verdict_on(exercise, above_one)  # it looks the same in the first case alone
    assert [case.name for case in verdict.failing] == ["a"]
    assert named(verdict) == []
    odd = "def stop(values, limit):\n    return [value > limit - 1 for value in values]\n"
    assert named(verdict_on(exercise, odd)) == [("stop", "at the limit")]
    other = "def stop(values, limit):\n    return [value > 1 or value < 0 for value in values]\n"
    verdict = verdict_on(exercise, other)
    assert [case.name for case in verdict.failing] == ["a", "b"]
    assert named(verdict) == []


def test_what_two_others_explain_as_well_is_not_named(verdict_on: VerdictOn, make: Make) -> None:
    reference = (
        "import numpy as np\n\n\ndef f(x, a):\n    return a * (np.exp(x) - 1)\n\n\n"
        "def slope(x, a):\n    return a * np.exp(x)\n"
    )
    cases = "".join(
        f"def test_{case}(submission, reference, rng):\n    '''is right'''\n"
        "    x = rng.normal(size=4)\n"
        f"    check_values(submission.{name}(x, 3.0), reference.{name}(x, 3.0))\n\n\n"
        for case, name in (("a", "f"), ("b", "slope"))
    )
    edits = {
        "f without a": ("a * (np.exp(x) - 1)", "np.exp(x) - 1"),
        "b / slope without a": ("a * np.exp(x)", "np.exp(x)"),
    }
    f, slope = ("f", "f without a"), ("slope", "slope without a")
    wrong = reference.replace("a * ", "")
    assert named(verdict_on(make(reference, cases, edits), wrong)) == [f, slope]
    edits["b / slope is f + 1"] = ("a * np.exp(x)", "f(x, a) + 1")  # right if f is, for a = 1
    exercise = make(reference, cases, edits)
    assert named(verdict_on(exercise, wrong)) == [f]
    assert named(verdict_on(exercise, mistake(exercise, "slope without a"))) == [slope]
