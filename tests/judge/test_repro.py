"""The script of a failing case: it fails on the mistake as the case does, and not on what is right.

Every script here is run as a user runs it, by a Python of its own, beside the submission.
"""

from __future__ import annotations

import ast
import base64
import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from dlprep.judge.judging import reproduce
from dlprep.judge.repro.helpers import HELPERS
from dlprep.judge.repro.literals import Literals, Unwritable, written
from dlprep.model import Exercise
from dlprep.sandbox.process import WorkerProcess

STUB = '''
from collections.abc import Callable, Iterator

import numpy as np


def double(x: np.ndarray, scale: float = 2.0) -> np.ndarray:
    """Scaled."""
    raise NotImplementedError


def forward(x: np.ndarray) -> tuple[np.ndarray, object]:
    """The square, and a cache."""
    raise NotImplementedError


def backward(dy: np.ndarray, cache: object) -> np.ndarray:
    """Its gradient."""
    raise NotImplementedError


def slope(f: Callable[[np.ndarray], float], x: np.ndarray) -> float:
    """A difference."""
    raise NotImplementedError


def draw(n: int, rng: np.random.Generator) -> np.ndarray:
    """Normal numbers."""
    raise NotImplementedError


def rows(x: np.ndarray) -> Iterator[np.ndarray]:
    """One by one."""
    raise NotImplementedError


class Tally:
    """Adds up."""

    def __init__(self, start: float) -> None:
        raise NotImplementedError
'''
REFERENCE = """
import numpy as np


def double(x, scale=2.0):
    if scale == 0:
        raise ValueError("no scale")
    return np.multiply(x, scale, dtype=np.result_type(x, np.float32))


def forward(x):
    return x**2, {"x": x.copy()}


def backward(dy, cache):
    return 2 * dy * cache["x"]


def slope(f, x):
    return (f(x + 0.5) - f(x - 0.5)) / 1.0


def draw(n, rng):
    return rng.normal(size=n)


def rows(x):
    for row in x:
        yield row.copy()


class Tally:
    def __init__(self, start):
        self.total = start
        self.seen = []

    def add(self, value):
        self.total = self.total + value
        self.seen.append(value)
        return self

    def __mul__(self, factor):
        return Tally(self.total * factor)
"""
CASES = '''
import numpy as np
import pytest

from dlprep.checks import (
    CheckFailed, check_contract, check_gradient, check_memory, check_raises, check_scaling,
    check_stability, check_values,
)


def compare(submission, reference, given, **more):
    check_values(submission.double(given, **more), reference.double(given, **more))


def test_values(submission, reference, rng):
    """scales \\"\\"\\" what it gets"""
    compare(submission, reference, rng.normal(size=(2, 3)), scale=-1.5)


@pytest.mark.parametrize("kind", ["float32", "float16", ">f8"])
def test_kinds(submission, reference, rng, kind):
    """keeps the dtype"""
    compare(submission, reference, rng.normal(size=4).astype(kind))


def test_not_finite(submission):
    """lets nan and infinities through"""
    given = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    check_stability(submission.double(given), 2 * given)


def test_large(submission, reference, rng):
    """takes large arrays"""
    compare(submission, reference, rng.normal(size=(40, 30)))


def test_layouts(submission, reference, rng):
    """reads any layout, and writes to nothing"""
    given = rng.normal(size=(4, 6))
    compare(submission, reference, given.T)
    frozen = given[:, ::2]
    frozen.flags.writeable = False
    compare(submission, reference, frozen)


def test_contract(submission, rng):
    """only computes"""
    check_contract(submission.double, rng.normal(size=(3, 2)))


def test_raises(submission):
    """refuses to scale by 0"""
    check_raises(submission.double, ValueError, np.ones(2), scale=0)


def test_loops(submission, rng):
    """needs no loop"""
    few, many = rng.normal(size=(4, 3)), rng.normal(size=(64, 3))
    check_scaling(submission.double, (few,), (many,), over="the rows")


def test_few_lines(submission, rng):
    """needs few lines"""
    call = submission.double.observe("lines", rng.normal(size=(30, 2)))
    if call.lines > 20:
        raise CheckFailed("scaling", [("got", "many lines"), ("expected", "few")], call.result)


def test_few_questions(submission, rng):
    """asks twice"""
    asked = []

    def note_down(point):
        asked.append(point)
        return float(point.sum())

    got = submission.slope(note_down, rng.normal(size=2))
    if len(asked) > 2:
        raise CheckFailed("scaling", [("got", "more questions"), ("expected", "two")], got)


def test_memory(submission, rng):
    """needs little memory"""
    check_memory(submission.double, rng.normal(size=50_000), mebibytes=1, why="copies")


def test_gradient(submission, reference, rng):
    """has the gradient of its forward"""
    at, upstream = {"x": rng.normal(size=3)}, rng.normal(size=3)
    got = {"x": submission.backward(upstream, submission.forward(at["x"])[1])}
    check_gradient(got, lambda x: (reference.forward(x)[0] * upstream).sum(), at, rng)


def test_parts(submission, reference, rng):
    """has a gradient of parts"""
    given, upstream = rng.normal(size=(2, 4))
    submission.forward(given - 1.0)
    _, cache = submission.forward(given)
    whole = submission.backward(upstream, cache)
    right = reference.backward(upstream, {"x": given})
    for part, other in zip(np.split(whole, 2), np.split(right, 2)):
        check_values(part, other)


def test_questions(submission, reference, rng):
    """asks on both sides"""
    def bump(point):
        return float((point**3).sum())

    given = rng.normal(size=2)
    check_values(submission.slope(bump, given), reference.slope(bump, given))


def test_moments(submission, rng):
    """draws with the right spread"""
    numbers = submission.draw(400, rng)
    if not 0.8 < np.percentile(numbers, 84) < 1.2:
        raise CheckFailed("values", [("got", "another spread"), ("expected", "one of 1")], numbers)


def test_repeatable(submission, rng):
    """draws from rng alone"""
    check_contract(submission.draw, 3, rng)


def test_rows(submission, rng):
    """gives every row"""
    given = rng.normal(size=(3, 2))
    got = list(submission.rows(given))
    check_values(len(got), 3, names=["number of rows"])
    for one, other in zip(got, given):
        check_values(one, other)


def test_endless(submission):
    """ends"""
    list(submission.rows(np.zeros((2, 2))))


def test_object(submission):
    """adds, multiplies, and remembers"""
    tally = submission.Tally(1.5)
    check_values(tally.total, 1.5)
    tally.add(2.0).add(-0.25)
    tally.total = tally.total + 1.0
    check_values((tally * 3).total, 12.75)


def test_held(submission):
    """sees what is changed later"""
    value = submission.Tally.hold(np.array([1.0, 2.0]))
    tally = submission.Tally(0.0)
    tally.add(value)
    value[0] = 7.0
    check_values(tally.seen[0], np.array([7.0, 2.0]))


def test_two_calls(submission, rng):
    """keeps nothing from one call to the next"""
    one, other = rng.normal(size=(2, 3))
    first = submission.double(one)
    submission.double(other)
    check_values(submission.double(one), first)
'''


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    """An exercise with a case for each thing that a script has to show."""
    home = tmp_path_factory.mktemp("home")
    folder, solution = home / "exercises/lab", home / "solutions/lab"
    folder.mkdir(parents=True)
    solution.mkdir(parents=True)
    (folder / "stub.py").write_text(STUB)
    (folder / "test_cases.py").write_text(CASES)
    (solution / "reference.py").write_text(REFERENCE)
    (solution / "variants.toml").write_text("")
    return Exercise("lab", "Lab", "layers", "easy", 1, 1, (), (), folder, solution, 2.0)


BODY = "return np.multiply(x, scale, dtype=np.result_type(x, np.float32))"
LOOP = "return np.array([[scale * one for one in row] for row in x])"
ROWS = "    for row in x:\n        yield row.copy()"
MISTAKES = [
    ("values", BODY, "return np.multiply(x, 2.0)", "assert np.allclose(got, expected, rtol=1e-09"),
    ("kinds[float32]", BODY, "return scale * x.astype(float)", "got.dtype == np.float32"),
    ("kinds[float16]", BODY, "return 1.1 * scale * x", "dtype=np.float16)"),
    ("kinds[>f8]", BODY, "return scale * x + 1", "dtype='>f8',"),
    ("not_finite", BODY, "return np.nan_to_num(scale * x)", "[np.nan, np.inf, -np.inf, -0.0, 5e"),
    ("large", BODY, "return scale * np.sort(x)", "x = unpacked("),
    ("layouts", BODY, "return scale * x.ravel(order='K').reshape(x.shape)", "np.asfortranarray("),
    ("layouts", "    if scale", "    x *= 1.0\n    if scale", "x = read_only("),
    ("contract", BODY, "x *= scale; return x.copy()", "before = x.copy()"),
    ("contract", BODY, "return x", "not np.shares_memory(got_1, x)"),
    ("contract", BODY, "np.random.seed(1); return scale * x", "np.random.get_state()"),
    ("contract", BODY, "np.seterr(all='ignore'); return scale * x", "np.geterr() == before"),
    (
        "contract",
        BODY,
        "out = OUT.setdefault(x.shape, np.zeros(x.shape)); out[...] = scale * x; return out\n\n\n"
        "OUT = {}",
        "not np.shares_memory(got_1, got_2)",
    ),
    (
        "contract",
        BODY,
        "COUNT.append(1); return scale * x + len(COUNT)\n\n\nCOUNT = []",
        "= result",
    ),
    ("raises", 'raise ValueError("no scale")', "pass", "except ValueError:"),
    ("raises", "ValueError", "IndexError", "except ValueError:"),
    ("loops", BODY, LOOP, "many = lines_run("),
    ("memory", BODY, "return scale * (x + np.zeros((9, 1)))[0]", "tracemalloc.start()"),
    ("gradient", "2 * dy *", "dy *", "result[1]"),
    ("parts", "2 * dy *", "3 * dy *", "This one is wrong first."),
    ("questions", "f(x - 0.5)) / 1.0", "f(x)) / 0.5", "def f(*args, **kwargs):"),
    ("few_lines", BODY, LOOP, "assert lines < "),
    (
        "few_questions",
        "return (f(x + 0.5)",
        "return (0 * f(x) + f(x + 0.5)",
        "f_asked < 3, f_asked",
    ),
    ("moments", "rng.normal(size=n)", "3 * rng.normal(size=n)", "# them is another than those"),
    (
        "repeatable",
        "rng.normal(size=n)",
        "np.random.default_rng().normal(size=n)",
        "rng = generator({",
    ),
    ("rows", ROWS, "    for row in x[1:]:\n        yield row.copy()", "assert len(items) == 3"),
    ("rows", ROWS, "    for row in x:\n        yield -row", "got = items[0]"),
    ("object", "self.total * factor", "self.total + factor", "tally * 3"),
    ("held", "self.seen.append(value)", "self.seen.append(value.copy())", "held[0] = 7.0"),
    (
        "two_calls",
        BODY,
        "KEPT.append(x); return scale * KEPT[-2 % len(KEPT)]\n\n\nKEPT = []",
        "= result",
    ),
    ("values", BODY, "return x.nothing", "\nresult = double(x, scale=-1.5)"),
    ("values", BODY, "pass", "isinstance(got, np.ndarray)"),
    ("gradient", 'return x**2, {"x": x.copy()}', "return x**2", "assert len(got) == 2"),
]

# Runs the scripts of a folder's folders in one Python, for speed; the command's tests run one each.
RUNNER = """
import json, pathlib, runpy, sys, traceback
import numpy as np

found = {}
for folder in sorted(pathlib.Path(".").iterdir()):
    if not folder.is_dir():
        continue
    sys.path[0] = str(folder.resolve())
    sys.modules.pop("lab", None)
    try:
        with np.errstate():
            runpy.run_path(str(folder / "repro.py"), run_name="__main__")
        found[folder.name] = ""
    except Exception:
        found[folder.name] = traceback.format_exc()
print(json.dumps(found))
"""


@dataclass
class Shown:
    """A script, and what became of it beside the mistake and beside the reference."""

    text: str
    wrong: str = ""
    right: str = ""


@pytest.fixture(scope="module")
def shown(
    lab: Exercise, start: Callable[[], WorkerProcess], tmp_path_factory: pytest.TempPathFactory
) -> list[Shown]:
    """All of ``MISTAKES``, in their order."""
    home = tmp_path_factory.mktemp("scripts")
    (home / "runner.py").write_text(RUNNER)
    all_shown = []
    for n, (case, find, instead, _) in enumerate(MISTAKES):
        assert REFERENCE.count(find) >= 1
        wrong = REFERENCE.replace(find, instead)
        made = reproduce(lab, wrong.encode(), seed=3, only=case, start=start)
        assert made.case == case, f"{case}: {made.verdict.problem}"
        assert made.script, made.reason
        all_shown.append(Shown(made.script))
        for kind, source in (("wrong", wrong), ("right", REFERENCE)):
            folder = home / f"{kind}{n}"
            folder.mkdir()
            (folder / "lab.py").write_text(source)
            (folder / "repro.py").write_text(made.script, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "runner.py"],
        cwd=home,
        capture_output=True,
        timeout=60,
        check=True,
    )
    for name, said in json.loads(ran.stdout.splitlines()[-1]).items():
        setattr(all_shown[int(name[5:])], name[:5], said)
    return all_shown


IDS = [f"{case}-{n}" for n, (case, *_) in enumerate(MISTAKES)]


@pytest.mark.parametrize("n", range(len(MISTAKES)), ids=IDS)
def test_a_script_fails_on_the_mistake_and_not_on_what_is_right(shown: list[Shown], n: int) -> None:
    one, said = shown[n], MISTAKES[n][3]
    assert said in one.text
    assert one.right == ""
    last = one.wrong.strip().splitlines()[-1]
    assert "AssertionError" in one.wrong or 'lab.py", line' in one.wrong, one.wrong
    assert "NameError" not in last
    assert "SyntaxError" not in last


@pytest.mark.parametrize("n", range(len(MISTAKES)), ids=IDS)
def test_a_script_holds_no_line_of_the_reference_or_of_the_cases(
    shown: list[Shown], n: int
) -> None:
    lines = {line.strip() for line in (REFERENCE + CASES).splitlines()}
    long = {line for line in lines if len(line) >= 12 and not line.startswith(("import", "from"))}
    assert len(long) > 90
    assert [line for line in long if line in shown[n].text] == []


def test_a_script_is_short_and_its_lines_fit(shown: list[Shown]) -> None:
    for one in shown:
        assert max(map(len, one.text.splitlines())) <= 110
    assert max(len(one.text) for one in shown) < 30_000


def test_the_case_that_check_shows_first(lab: Exercise, start: Callable[[], WorkerProcess]) -> None:
    """What answers wrongly comes before what is still to be written."""
    stub = "def double(x, scale=2.0):\n    raise NotImplementedError\n"
    wrong = REFERENCE.replace("2 * dy *", "dy *") + stub
    assert reproduce(lab, wrong.encode(), seed=3, start=start).case == "gradient"
    unwritten = reproduce(lab, STUB.encode(), seed=3, start=start)
    assert unwritten.case == "values"
    assert "double is not implemented yet" in unwritten.script
    right = reproduce(lab, REFERENCE.encode(), seed=3, start=start)
    assert (right.case, right.script, right.verdict.status) == ("", "", "passed")


def test_what_never_ends_is_written_without_being_tried_again(
    lab: Exercise, start: Callable[[], WorkerProcess]
) -> None:
    brief = replace(lab, seconds=0.5)
    wrong = REFERENCE.replace(BODY, "while True: pass")
    made = reproduce(brief, wrong.encode(), seed=3, only="values", start=start)
    assert made.verdict.seconds < 10
    assert made.script.endswith("# dlprep stopped it: no answer after 0.5 s\n")
    assert "\nresult = double(x, scale=-1.5)\n" in made.script


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (REFERENCE.replace("def double", "def dbl"), "lab.py defines no function double"),
        (REFERENCE.replace("scale=2.0", "by=2.0"), "does not have the stub's parameters"),
    ],
)
def test_without_a_call_there_is_no_script(
    lab: Exercise, start: Callable[[], WorkerProcess], source: str, reason: str
) -> None:
    made = reproduce(lab, source.encode(), seed=3, only="values", start=start)
    assert made.case == "values"
    assert made.script == ""
    assert reason in made.reason
    assert made.reason.endswith(".")


def test_what_a_submission_says_cannot_get_out_of_its_comment(
    lab: Exercise, start: Callable[[], WorkerProcess]
) -> None:
    said = 'x\nimport os\r"""\x0cdel x\u2028del y \u202e \x1b[31m \\'
    wrong = REFERENCE.replace(BODY, f"raise RuntimeError({said!r})")
    made = reproduce(lab, wrong.encode(), seed=3, only="values", start=start)
    statements = [type(node).__name__ for node in ast.parse(made.script).body]
    assert statements == ["Expr", "Import", "ImportFrom", "Assign", "Assign"]
    assert "RuntimeError" in made.script
    assert all(character.isprintable() or character == "\n" for character in made.script)


@pytest.mark.parametrize("effect", ["x; import os", "x[0] or exit()", "y", "x[__import__('os')]"])
def test_a_worker_that_lies_about_effects_puts_no_code_into_a_script(
    lab: Exercise, start: Callable[[], WorkerProcess], effect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is the submission's once it has broken out of its namespace."""
    monkeypatch.setattr(
        "dlprep.sandbox.submission.read_effects",
        lambda _: {"changed": [effect], "touched": [], "overwritten": [], "shared": []},
    )
    made = reproduce(lab, REFERENCE.encode(), seed=3, only="contract", start=start)
    assert made.script == ""
    assert "cannot be written: an effect on what" in made.reason


VALUES = [
    0.1,
    -0.0,
    float("inf"),
    1e300,
    3 - 2j,
    complex("nan"),
    'a "quote" and a\nline',
    b"\x00bytes",
    None,
    True,
    2**70,
    np.float32(0.1),
    np.int8(-3),
    np.bool_(True),
    (1,),
    ((), [], {}),
    {"w": np.zeros((0, 3), np.float32), 3: (np.array(2.5), [np.array([[True, False]])])},
    np.array([0.1, np.nan, -np.inf, -0.0, 5e-324]),
    np.array([0.1, 3.4e38, np.inf], np.float32),
    np.array([0.1, 6e-8], np.float16),
    np.array([1 + 2j, complex(np.nan, -0.0)], np.complex64),
    np.array([2**63], np.uint64),
    np.array([1, 2], ">i4"),
    np.full((5, 4), -0.0),
    np.full((9,), 7, np.uint8),
    np.arange(2000.0).reshape(20, 100) / 7,
    np.arange(1000, dtype=">f4"),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:30])
def test_values_come_back_to_the_last_bit(value: object) -> None:
    literals = Literals()
    source = written(literals.value(value))
    names = {"np": np, "zlib": zlib, "base64": base64}
    for name in literals.helpers:
        exec(HELPERS[name], names)
    assert max(map(len, source.splitlines())) <= 96
    assert bits(eval(source, names)) == bits(value)


def bits(value: object) -> object:
    """What is equal for values that are the same to the last bit."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, (list, tuple)):
        return type(value), [bits(item) for item in value]
    if isinstance(value, dict):
        return [(key, bits(item)) for key, item in value.items()]
    return type(value), repr(value)


def test_what_has_no_source_is_said_to_have_none() -> None:
    with pytest.raises(Unwritable):
        Literals().tree({"foreign": "module"}, [])


def test_a_check_does_not_load_what_writes_scripts() -> None:
    code = "import sys, dlprep.judge.judging, dlprep.judge.naming, dlprep.judge.session\n"
    code += "print([name for name in sys.modules if name.startswith('dlprep.judge.repro')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ran.stdout.split() == [b"[]"]
