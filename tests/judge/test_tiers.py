"""Core cases decide, polish never does, and contrasts say where a wrong submission is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlprep.authoring.new import new_exercise
from dlprep.catalog import Exercise, case_names, read
from dlprep.checks.conventions import CONVENTIONS
from dlprep.verdict import Verdict

STUB = '''
import numpy as np


def scale(x: np.ndarray, by: float = 2.0) -> np.ndarray:
    """x times a number."""
    raise NotImplementedError
'''
REFERENCE = """
import numpy as np


def scale(x: np.ndarray, by: float = 2.0) -> np.ndarray:
    if by == 0:
        raise ValueError("by must not be 0")
    return by * x
"""
CASES = '''
import numpy as np
import pytest

from dlprep.checks import check_values, contrast, conventions, polish


@pytest.mark.parametrize("by", [2.0, 3.0])
def test_scales(submission, reference, rng, by):
    """multiplies every entry"""
    x = rng.normal(size=(4,))
    check_values(submission.scale(x, by), reference.scale(x, by))


@polish
def test_list(submission):
    """takes a list"""
    check_values(submission.scale([1.0], 2.0), np.array([2.0]))


test_conventions = conventions(
    "scale",
    lambda rng: [rng.normal(size=(4, 3)), 1.0],
    empty=([np.zeros((0, 3))], np.zeros((0, 3))),
    one_number=[np.array(2.0)],
    illegal=[np.ones(2), 0.0],
)


@contrast("by = {}")
@pytest.mark.parametrize("by", [1.0, 2.0])
def test_by(submission, reference, rng, by):
    x = rng.normal(size=(3,))
    check_values(submission.scale(x, by), reference.scale(x, by))


@contrast("positive numbers")
def test_positive(submission, reference, rng):
    x = rng.uniform(-0.2, 1.0, size=(2,)).clip(0.1)
    check_values(submission.scale(x, 3.0), reference.scale(x, 3.0))


@contrast("sometimes nothing")
def test_sometimes(submission, reference, rng):
    x = rng.permutation(8)[:3].astype(float)
    check_values(submission.scale(x, 3.0), reference.scale(x, 3.0))
'''
RIGHT = """
import numpy as np

def scale(x, by=2.0):
    if by == 0:
        raise ValueError("by must not be 0")
    return by * np.asarray(x)
"""
# Right for an interviewer, and against one convention each
UNPOLISHED = {
    "float32": "    return np.float64(by) * x",
    "integers": "    out = np.empty_like(x)\n    out[...] = by * np.asarray(x)\n    return out",
    "memory order": "    return by * np.ravel(x, order='K').reshape(np.shape(x))",
    "new arrays": "    return by * x if by != 1 or x.dtype != float else x",
    "empty batch": "    return by * x + 0 * np.max(x)",
    "one number": "    return by * x + 0 * len(x)",
}
HALF = "import numpy as np\n\ndef scale(x, by=2.0):\n    return x * min(by, 2.0)\n"


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    home = tmp_path_factory.mktemp("catalogue")
    new_exercise("scale", home)
    for path, text in [
        ("exercises/scale/stub.py", STUB),
        ("exercises/scale/test_cases.py", CASES),
        ("solutions/scale/reference.py", REFERENCE),
        ("solutions/scale/variants.toml", ""),
    ]:
        Path(home, path).write_text(text)
    return read("scale", home)


@pytest.fixture
def judged(exercise: Exercise, verdict_on: Callable[..., Verdict]) -> Callable[[str], Verdict]:
    return lambda text: verdict_on(exercise, text)


def open_polish(verdict: Verdict) -> list[str]:
    return [case.name for case in verdict.polish if case.status != "passed"]


def test_all_cases_earn_a_star(judged: Callable[[str], Verdict]) -> None:
    verdict = judged(RIGHT)
    assert (verdict.status, verdict.polished, verdict.passing) == ("passed", True, 2)
    assert [case.name for case in verdict.polish] == [
        "list",
        *(f"conventions[{name}]" for name in CONVENTIONS),
    ]
    assert (verdict.contrasts, verdict.mistakes) == ((), ())


@pytest.mark.parametrize("convention", UNPOLISHED)
def test_polish_never_fails_a_submission(judged: Callable[[str], Verdict], convention: str) -> None:
    verdict = judged(RIGHT.replace("    return by * np.asarray(x)", UNPOLISHED[convention]))
    assert (verdict.status, verdict.polished) == ("passed", False)
    assert f"conventions[{convention}]" in open_polish(verdict)
    assert "conventions[memory order]" not in open_polish(verdict) or convention == "memory order"
    case = next(case for case in verdict.failing if convention in case.name)
    assert case.label == CONVENTIONS[convention].label
    assert (case.findings[-1].label, case.findings[-1].text) == (
        "fix",
        CONVENTIONS[convention].fix,
    )


def test_an_illegal_argument_is_polish(judged: Callable[[str], Verdict]) -> None:
    verdict = judged("def scale(x, by=2.0):\n    return by * x\n")
    assert verdict.status == "passed"
    assert open_polish(verdict) == ["list", "conventions[illegal]"]


def test_a_crash_in_a_case_of_polish_does_not_fail(judged: Callable[[str], Verdict]) -> None:
    crash = (
        "import numpy as np\n\ndef scale(x, by=2.0):\n    if by == 0:\n        raise SystemExit\n"
    )
    verdict = judged(crash + "    return by * np.asarray(x)\n")
    assert (verdict.status, open_polish(verdict)) == ("passed", ["conventions[illegal]"])


def test_contrasts_tell_where_it_is_right(judged: Callable[[str], Verdict]) -> None:
    verdict = judged(HALF)
    assert (verdict.status, verdict.passing) == ("failed", 1)
    assert [case.name for case in verdict.failing][:1] == ["scales[3.0]"]
    assert [(one.name, one.right) for one in verdict.contrasts] == [
        ("by = 1.0", True),
        ("by = 2.0", True),
        ("positive numbers", False),
        ("sometimes nothing", False),
    ]
    assert {one.function for one in verdict.contrasts} == {"scale"}


def test_a_contrast_is_right_on_all_its_draws(judged: Callable[[str], Verdict]) -> None:
    verdict = judged("def scale(x, by=2.0):\n    return x * (by if 0.0 not in x else 1)\n")
    assert verdict.status == "passed"
    odd = "def scale(x, by=2.0):\n    return x * (by if abs(x[0]) < 1e-9 or x.size < 4 else 1)\n"
    assert [one.right for one in judged(odd).contrasts] == [True] * 4
    lucky = "def scale(x, by=2.0):\n    return x * (by if x[0] < 3 and x.size < 4 else 1)\n"
    told = {one.name: one.right for one in judged(lucky).contrasts}
    assert told["positive numbers"]
    assert not told["sometimes nothing"]


def test_there_are_no_contrasts_after_a_lost_worker(judged: Callable[[str], Verdict]) -> None:
    verdict = judged("def scale(x, by=2.0):\n    while by > 2.5: pass\n    return by * x\n")
    assert (verdict.status, verdict.contrasts, verdict.mistakes) == ("error", (), ())


def test_a_contrast_is_not_a_case(exercise: Exercise) -> None:
    assert case_names(exercise) == ["scales", "list", "conventions"]
