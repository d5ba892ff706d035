"""Exercises are found and read; nothing is run, and what is wrong in them is said."""

from pathlib import Path
from typing import Any

import pytest

from dlprep import catalog
from dlprep.catalog import (
    DIFFICULTIES,
    TRACKS,
    CatalogError,
    Exercise,
    FollowUp,
    Help,
)
from dlprep.errors import UserError

RIGHT = """
title = "Scale by a number"
track = "fundamentals"
difficulty = "easy"
minutes = 5
asked = 2
tags = ["broadcasting"]
"""
HINTS = """
hints = ["Multiply.", "x * by"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with an exercise called ``scale``."""
    return write(tmp_path, "scale")


def write(home: Path, slug: str, toml: str = RIGHT) -> Path:
    """Add an exercise."""
    folder = home / "exercises" / slug
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exercise.toml").write_text(toml, encoding="utf-8")
    return home


def refusal(home: Path, toml: str) -> str:
    """What the author is told, without the path in front."""
    path = home / "exercises" / "scale" / "exercise.toml"
    path.write_text(toml, encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        catalog.read("scale", home)
    said = str(refused.value)
    assert said.startswith(f"{path}: ")
    return said.removeprefix(f"{path}: ")


def test_reads_every_entry(home: Path) -> None:
    write(
        home,
        "scale",
        RIGHT + "seconds = 2.5\nafter = ['softmax']",
    )
    assert catalog.read("scale", home) == Exercise(
        slug="scale",
        title="Scale by a number",
        track="fundamentals",
        difficulty="easy",
        minutes=5,
        asked=2,
        after=("softmax",),
        tags=("broadcasting",),
        folder=home / "exercises" / "scale",
        solution=home / "solutions" / "scale",
        seconds=2.5,
    )


def test_prerequisites_and_seconds_may_be_left_out(home: Path) -> None:
    exercise = catalog.read("scale", home)
    assert (exercise.after, exercise.seconds) == ((), 5.0)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("", "'title' is missing"),
        (
            RIGHT.replace("minutes = 5", 'minutes = "5"'),
            "'minutes' must be a whole number, not '5'",
        ),
        (
            RIGHT.replace("minutes = 5", "minutes = true"),
            "'minutes' must be a whole number, not True",
        ),
        (
            RIGHT.replace("minutes = 5", "minutes = 2.5"),
            "'minutes' must be a whole number, not 2.5",
        ),
        (
            RIGHT.replace('["broadcasting"]', '"broadcasting"'),
            "'tags' must be a list, not 'broadcasting'",
        ),
        (
            RIGHT.replace('["broadcasting"]', "[1]"),
            "'tags' must be text, not 1",
        ),
        (
            RIGHT.replace("asked = 2", "asked = 6"),
            "'asked' must be one of 1, 2, 3, 4, 5, not 6",
        ),
        (
            RIGHT + "after = 'softmax'",
            "'after' must be a list, not 'softmax'",
        ),
        (
            RIGHT.replace('"fundamentals"', '"basics"'),
            f"'track' must be one of {', '.join(TRACKS)}, not 'basics'",
        ),
        (
            RIGHT.replace('"easy"', '"trivial"'),
            "'difficulty' must be one of easy, medium, hard, not 'trivial'",
        ),
        (RIGHT.replace('"easy"', "1"), "'difficulty' must be one of easy, medium, hard, not 1"),
        (RIGHT + "seconds = 'long'", "'seconds' must be a number, not 'long'"),
        (RIGHT + "colour = 'red'\nauthor = ''", "unknown entries: author, colour"),
        ("title =", "Invalid value (at end of document)"),
    ],
)
def test_tells_the_author_what_to_change(home: Path, toml: str, message: str) -> None:
    assert refusal(home, toml) == message


def test_a_file_that_is_not_utf8(home: Path) -> None:
    path = home / "exercises" / "scale" / "exercise.toml"
    path.write_bytes(b'title = "\xe9"')
    with pytest.raises(CatalogError) as refused:
        catalog.read("scale", home)
    assert str(refused.value) == f"{path} is not UTF-8 text: save it as UTF-8"


def test_a_file_that_is_gone(home: Path) -> None:
    with pytest.raises(
        CatalogError, match=r"exercise\.toml cannot be read: No such file or directory"
    ):
        catalog.read("gone", home)


def test_a_folder_is_an_exercise_when_it_says_so(home: Path) -> None:
    write(home, "adam_step")
    (home / "exercises" / "notes").mkdir()
    (home / "exercises" / "README.md").write_text("", encoding="utf-8")
    assert catalog.slugs(home) == ["adam_step", "scale"]
    assert catalog.slugs(home / "nowhere") == []


@pytest.mark.parametrize(
    "name", ["lstm_cell", "lstm-cell", "LSTM_Cell", " lstm_cell ", "lstm_cell.py", "lstm-cell.py"]
)
def test_finds_an_exercise_by_its_name(home: Path, name: str) -> None:
    write(home, "lstm_cell")
    assert catalog.find(name, home).slug == "lstm_cell"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("sofmax", " Did you mean softmax?"),
        ("lstm", " Did you mean lstm_cell or lstm_stack?"),
        ("qqq", ""),
        ("", ""),
        (".py", ""),
        ("../scale", " Did you mean scale?"),
    ],
)
def test_an_unknown_name_gets_the_nearest_ones(home: Path, name: str, near: str) -> None:
    for slug in ("softmax", "lstm_cell", "lstm_stack"):
        write(home, slug)
    with pytest.raises(UserError) as unknown:
        catalog.find(name, home)
    said = str(unknown.value)
    assert said == f"There is no exercise named {name!r}.{near} See: dlprep list"


def test_no_more_than_three_are_near(home: Path) -> None:
    for n in range(5):
        write(home, f"softmax_{n}")
    with pytest.raises(UserError) as unknown:
        catalog.find("softmax", home)
    assert str(unknown.value).count("softmax_") == 3


def test_exercises_come_by_track_then_difficulty_then_name(home: Path) -> None:
    for slug, track, difficulty in [
        ("a", "debugging", "easy"),
        ("b", "stability", "hard"),
        ("d", "stability", "easy"),
        ("c", "stability", "easy"),
    ]:
        toml = RIGHT.replace("fundamentals", track).replace('"easy"', f'"{difficulty}"')
        write(home, slug, toml)
    assert [exercise.slug for exercise in catalog.all_exercises(home)] == [
        "scale",
        "c",
        "d",
        "b",
        "a",
    ]


def test_hints_and_follow_ups_are_read(home: Path) -> None:
    exercise = catalog.read("scale", home)
    path = exercise.solution / "hints.toml"
    path.parent.mkdir(parents=True)
    path.write_text(HINTS, encoding="utf-8")
    assert catalog.read_help(exercise) == Help(("Multiply.", "x * by"), ())
    follow_up = "[[follow_ups]]\nquestion = 'And by zero?'\nanswer = 'Zeros.'"
    path.write_text(HINTS + follow_up, encoding="utf-8")
    assert catalog.read_help(exercise).follow_ups == (FollowUp("And by zero?", "Zeros."),)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("", "'hints' is missing"),
        ("hints = [true]", "'hints' must be text, not True"),
        (
            "hints = []\nfollow_ups = ['Why?']",
            "'follow_ups' must be a table, not 'Why?'",
        ),
        (
            HINTS + "[[follow_ups]]\nquestion = 'Why?'",
            "'follow_ups.answer' is missing",
        ),
        (
            HINTS + "[[follow_ups]]\nquestion = 'Why?'\nanswer = 1",
            "'follow_ups.answer' must be text, not 1",
        ),
        (HINTS + "colour = 'red'", "unknown entries: colour"),
    ],
)
def test_wrong_hints_are_said(home: Path, toml: str, message: str) -> None:
    exercise = catalog.read("scale", home)
    (exercise.solution).mkdir(parents=True)
    (exercise.solution / "hints.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        catalog.read_help(exercise)
    assert f"hints.toml: {message}" in str(refused.value)


def test_the_names_of_the_cases_without_running_them(home: Path) -> None:
    exercise = catalog.read("scale", home)
    exercise.cases.write_text(
        """
raise SystemExit

CASE = 1
def helper(): ...
def test_one_row(): ...
@pytest.mark.parametrize("axis", [0, 1])
def test_other_axis(axis):
    def test_inner(): ...
class TestMore:
    def test_method(self): ...
""",
        encoding="utf-8",
    )
    assert catalog.case_names(exercise) == ["one_row", "other_axis"]


def real_exercises() -> list[Any]:
    """The exercises that are shipped."""
    return [pytest.param(exercise, id=exercise.slug) for exercise in catalog.all_exercises()]


def test_the_mandatory_exercises_are_there() -> None:
    assert {"softmax", "mlp2", "conv_im2col", "lstm_cell", "adam_step"} <= set(catalog.slugs())


@pytest.mark.parametrize("exercise", real_exercises())
def test_an_exercise_is_complete(exercise: Exercise) -> None:
    assert exercise.track in TRACKS
    assert exercise.difficulty in DIFFICULTIES
    assert 5 <= exercise.minutes <= 60
    assert exercise.title.strip() == exercise.title != ""
    assert exercise.tags
    assert catalog.read_help(exercise).hints
    assert catalog.case_names(exercise)
    for path in (exercise.stub, exercise.prompt, exercise.cases, exercise.reference):
        assert path.read_text(encoding="utf-8").strip()
    assert (exercise.solution / "variants.toml").is_file()
    assert (exercise.solution / "explanation.md").is_file()


@pytest.mark.parametrize(
    ("words", "near"),
    [("attention", "pos_enc or sdpa"), ("cross-entropy", "ce_logits or mlp2")],
)
def test_a_track_or_a_tag_leads_to_its_exercises(words: str, near: str) -> None:
    with pytest.raises(UserError, match=rf"\. Did you mean {near}\? See"):
        catalog.find(words)
