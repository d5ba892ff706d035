"""The plain data, and its JSON."""

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlprep.catalog import DIFFICULTIES, TRACKS, Difficulty, Exercise, Track
from dlprep.typed import Malformed
from dlprep.verdict import CaseResult, Contrast, Finding, Location, NamedMistake, Problem, Verdict

PASSED = CaseResult("one_row", "turns one row of logits into probabilities", "passed")
FAILED = CaseResult(
    name="large_logits[0]",
    label="stays finite for large logits (0)",
    status="failed",
    kind="stability",
    call="softmax([[1000., 1001.]], axis=-1)",
    findings=(Finding("got", "[[nan nan]]"), Finding("", "nan is not a number")),
    location=Location(14, "e = np.exp(x)", "RuntimeWarning: overflow encountered in exp"),
    printed="\x1b[31m[red] \ud800",
    advice=(Location(3, "y = x", "a warning", 7),),
)
VERDICT = Verdict(
    exercise="softmax",
    file="softmax.py",
    status="failed",
    seed=2407,
    seconds=0.21,
    isolation="process",
    cases=(PASSED, FAILED, CaseResult("later", "never ran", "not run")),
    mistakes=(NamedMistake("softmax", "no max shift", "Subtract the row's maximum."),),
    printed="loaded\n",
    contrasts=(Contrast("softmax", "one row", True),),
    remarks=(Location(1, "import scipy"),),
)
REFUSED = Verdict(
    exercise="softmax",
    file="softmax.py",
    status="error",
    seed=0,
    seconds=0.1,
    isolation="none",
    problem=Problem("syntax", "softmax.py is not valid Python.", Location(1, "def"), "Mend it."),
)
FAULT = replace(REFUSED, status="fault", problem=Problem("fault", "The cases went wrong."))


@pytest.mark.parametrize("verdict", [VERDICT, REFUSED, FAULT])
def test_a_verdict_survives_json(verdict: Verdict) -> None:
    text = json.dumps(verdict.to_json())
    assert Verdict.from_json(json.loads(text)) == verdict


def test_the_json_of_a_verdict() -> None:
    data = json.loads(json.dumps(VERDICT.to_json()))
    assert list(data) == [
        "version",
        "exercise",
        "file",
        "status",
        "seed",
        "seconds",
        "isolation",
        "cases",
        "mistakes",
        "problem",
        "printed",
        "contrasts",
        "remarks",
        "polished",
    ]
    assert (data["version"], data["polished"]) == (2, False)
    assert data["problem"] is None
    assert data["cases"][0] == {
        "name": "one_row",
        "label": "turns one row of logits into probabilities",
        "status": "passed",
        "kind": "",
        "call": "",
        "findings": [],
        "location": None,
        "printed": "",
        "advice": [],
        "tier": "core",
    }
    assert data["cases"][1]["findings"][0] == {"label": "got", "text": "[[nan nan]]"}
    assert data["cases"][1]["location"] == {
        "line": 14,
        "code": "e = np.exp(x)",
        "note": "RuntimeWarning: overflow encountered in exp",
        "column": None,
    }
    assert data["mistakes"] == [
        {
            "function": "softmax",
            "name": "no max shift",
            "hint": "Subtract the row's maximum.",
            "case": "",
        }
    ]
    assert data["contrasts"][0] == {"function": "softmax", "name": "one row", "right": True}


def cases(text: st.SearchStrategy[str]) -> st.SearchStrategy[CaseResult]:
    """Any case result, with any text in it."""
    locations = st.builds(Location, st.integers(), text, text, st.one_of(st.none(), st.integers()))
    return st.builds(
        CaseResult,
        name=text,
        label=text,
        status=st.sampled_from(["passed", "failed", "error", "not run"]),
        kind=text,
        call=text,
        findings=st.lists(st.builds(Finding, text, text), max_size=2).map(tuple),
        location=st.one_of(st.none(), locations),
        printed=text,
        advice=st.lists(locations, max_size=2).map(tuple),
        tier=st.sampled_from(["core", "polish"]),
    )


@given(st.lists(cases(st.text()), max_size=3).map(tuple))
def test_any_text_survives_json(results: tuple[CaseResult, ...]) -> None:
    verdict = replace(VERDICT, cases=results)
    text = json.dumps(verdict.to_json())
    text.encode("ascii")
    assert Verdict.from_json(json.loads(text)) == verdict


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "softmax",
        {},
        {"exercise": "softmax"},
        {**VERDICT.to_json(), "cases": None},
        {**VERDICT.to_json(), "cases": [None]},
        {**VERDICT.to_json(), "cases": [{}]},
        {**VERDICT.to_json(), "cases": [{**VERDICT.to_json()["cases"][1], "location": 3}]},
        {**VERDICT.to_json(), "mistakes": [{"name": "only"}]},
        {**VERDICT.to_json(), "problem": {"kind": "syntax"}},
        {key: value for key, value in VERDICT.to_json().items() if key != "seed"},
    ],
)
def test_what_is_no_verdict_is_refused(data: Any) -> None:
    with pytest.raises(Malformed):
        Verdict.from_json(data)


def test_what_a_later_version_adds_is_skipped() -> None:
    assert Verdict.from_json({**VERDICT.to_json(), "colour": "red"}) == VERDICT


def test_what_version_1_wrote_is_read_as_core() -> None:
    data = VERDICT.to_json()
    for key in ("version", "contrasts", "remarks", "polished"):
        del data[key]
    for part, key in [*((case, "tier") for case in data["cases"]), (data["mistakes"][0], "case")]:
        del part[key]
    assert Verdict.from_json(data) == replace(VERDICT, contrasts=(), remarks=())


ROUGH = CaseResult("float32", "keeps float32", "failed", "dtype", tier="polish")
FINE = CaseResult("integers", "takes integers", "passed", tier="polish")


def test_the_core_is_counted_and_the_polish_by_itself() -> None:
    assert VERDICT.passing == 1
    assert REFUSED.passing == 0
    rough = replace(VERDICT, status="passed", cases=(PASSED, ROUGH, FINE))
    assert (rough.passing, rough.polish_passing, rough.polished) == (1, 1, False)
    assert replace(rough, cases=(PASSED, FINE)).polished


def test_which_failure_comes_first() -> None:
    """No answer, what a name explains, what went wrong, what is to be written; polish last."""
    by_use = [
        *(("named crash", "exception"), ("crash", "none"), ("named", "gradient")),
        *(("shape", "shape"), ("values", "values"), ("gradient", "gradient")),
        *(("stability", "stability"), ("purity", "purity"), ("scaling", "scaling")),
        *(("other", "contract"), ("stub", "not implemented")),
    ]
    cases = [CaseResult(name, "", "failed", kind) for name, kind in by_use]
    polish = CaseResult("polish", "", "failed", "exception", tier="polish")
    mistakes = tuple(NamedMistake("f", n, "", n) for n in ("named", "named crash", "polish"))
    verdict = replace(VERDICT, cases=(polish, *reversed(cases)), mistakes=mistakes)
    assert verdict.failing == [*cases, polish]


def test_hints_stand_with_the_case_that_they_explain() -> None:
    other = replace(FAILED, name="other", call="backward(y)", findings=(Finding("fix", "do it"),))
    mistakes = (
        NamedMistake("softmax", "a", "Mind  a.", FAILED.name),
        NamedMistake("softmax", "b", "Mind b.", other.name),
        NamedMistake("softmax", "of old", ""),
    )
    verdict = replace(VERDICT, cases=(FAILED, other, PASSED), mistakes=mistakes)
    assert verdict.hints(FAILED) == ["Mind a.", "of old"]
    assert verdict.hints(other) == ["In softmax: Mind b.", "Do it."]
    assert verdict.hints(PASSED) == []


@pytest.mark.parametrize(
    ("right", "function", "shown"),
    [
        ("WWRRWRR", "softmax", ["6 · 7", "1 · 2"]),
        ("R......W", "softmax", ["1", "8"]),
        ("W", "softmax", []),
        ("RRR", "softmax", []),
        ("RWR", "loss", ["1 · 3", "2"]),
    ],
)
def test_where_a_function_is_right(right: str, function: str, shown: list[str]) -> None:
    """The simplest that are wrong and the most general that are right; other functions' if none."""
    contrasts = tuple(
        Contrast("backward" if is_right == "." else function, str(n), is_right != "W")
        for n, is_right in enumerate(right, 1)
    )
    verdict = replace(VERDICT, contrasts=contrasts)
    assert [finding.text for finding in verdict.told_apart(FAILED)] == shown
    assert verdict.told_apart(replace(FAILED, kind="not implemented")) == []
    assert verdict.told_apart(replace(FAILED, tier="polish")) == []


@pytest.mark.parametrize(
    "value", [VERDICT, PASSED, Finding("got", "1"), Location(1, "x"), Problem("fault", "!")]
)
def test_data_is_frozen_and_has_no_other_entries(value: Any) -> None:
    name = next(iter(value.__slots__))
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, "changed")
    assert not hasattr(value, "__dict__")
    assert hash(value) == hash(replace(value))


def test_the_paths_of_an_exercise(tmp_path: Path) -> None:
    exercise = Exercise(
        slug="softmax",
        title="Stable softmax",
        track="stability",
        difficulty="easy",
        minutes=10,
        asked=1,
        after=(),
        tags=(),
        folder=tmp_path / "exercises",
        solution=tmp_path / "solutions",
        seconds=5.0,
    )
    assert exercise.stub == tmp_path / "exercises" / "stub.py"
    assert exercise.prompt == tmp_path / "exercises" / "prompt.md"
    assert exercise.cases == tmp_path / "exercises" / "test_cases.py"
    assert exercise.reference == tmp_path / "solutions" / "reference.py"


def names(annotation: Any) -> tuple[str, ...]:
    """The values of a ``Literal``."""
    assert annotation.__origin__ is Literal
    return get_args(annotation)


def test_the_tracks_and_difficulties_stand_in_their_order() -> None:
    assert names(Track) == TRACKS
    assert len(TRACKS) == 14
    assert TRACKS[:2] == ("fundamentals", "stability")
    assert names(Difficulty) == DIFFICULTIES == ("easy", "medium", "hard")
