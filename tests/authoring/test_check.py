"""``author check`` finds what is wrong with an exercise, and says what to do."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dlprep.authoring.check import Report, changed_slugs, check_all, check_exercise
from dlprep.authoring.new import new_exercise
from dlprep.catalog import read
from dlprep.errors import UserError
from dlprep.render import make_console
from dlprep.render.authoring_page import author_report

SLUG = "layer_scale"
TOML, PROMPT = "exercises/layer_scale/exercise.toml", "exercises/layer_scale/prompt.md"
HINTS = "solutions/layer_scale/hints.toml"
STUB, CASES = "exercises/layer_scale/stub.py", "exercises/layer_scale/test_cases.py"
REFERENCE, VARIANTS = "solutions/layer_scale/reference.py", "solutions/layer_scale/variants.toml"
LOOP = "solutions/layer_scale/accepted/loop.py"
NO_CASE = '\n\ndef test_nothing(submission):\n    """judges nothing"""\n'
Edit = Callable[[str, str, str], None]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A catalogue of one sound exercise."""
    new_exercise(SLUG, tmp_path)
    return tmp_path


@pytest.fixture
def edit(home: Path) -> Edit:
    """``edit(file, old, new)``; without an old text the new one goes to the end."""

    def apply(file: str, old: str, new: str) -> None:
        text = (home / file).read_text(encoding="utf-8")
        assert old in text
        (home / file).write_text(text.replace(old, new) if old else text + new, encoding="utf-8")

    return apply


def checked(home: Path) -> Report:
    return check_exercise(read(SLUG, home))


def told(home: Path) -> str:
    """What the author reads."""
    return "\n".join(checked(home).problems)


def test_a_sound_exercise(home: Path) -> None:
    report = checked(home)
    assert report.sound
    assert (report.exercise, report.mistakes, report.accepted) == (SLUG, 1, 3)
    assert report.told == {"adds 2": True}
    assert report.mutants > 3
    assert report.survivors == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (HINTS, "hints = [", "hints = []\ntags_ = [", "unknown entries: tags_"),
        (HINTS, '    "2 * x has the shape of x.",\n', "", "has 2 hints: give three"),
        (TOML, "after = []", "after = ['softmix']", "after names 'softmix', and there is no such"),
        (CASES, '    """doubles every entry"""\n', "", "test_doubles_every_entry has no docstring"),
        (CASES, "", NO_CASE, "test_nothing passes on the stub: it does not judge"),
        (
            CASES,
            "check_values(submission.double(x)",
            "check_values(x",
            "does not end with 'not implemented yet' on the stub, but as 'values'",
        ),
        (
            CASES,
            '"""doubles every entry"""',
            '"""doubles every entry"""\n    assert submission is None',
            "The cases of layer_scale went wrong: AssertionError",
        ),
        (PROMPT, ">>>", ">>> 1 +", "prompt.md's example is not what the reference gives"),
        (PROMPT, ">>>", "", "prompt.md has no worked example"),
        (STUB, "x: np.ndarray", "y: np.ndarray", "stub.py has double(y), reference.py double(x)"),
        (
            STUB,
            "def double",
            "def doubled",
            "stub.py has doubled(x), reference.py no public doubled",
        ),
        (STUB, "    raise NotImplementedError", "    raise", "on the stub, but as 'exception'"),
        (
            STUB,
            "import numpy",
            "1 / 0\nimport numpy",
            "stub.py does not run: layer_scale.py raises",
        ),
        (REFERENCE, "2 * x", "3 * x", "find = '2 * x' matches 0 times"),
        (LOOP, "2 *", "3 *", "accepted 'one entry at a time' does not pass: test_"),
        (VARIANTS, "x + x", "2.0 * x + 1", "accepted 'adds x to itself' does not pass"),
        (VARIANTS, '"2 + x"', '"x * 2"', "mistake 'adds 2' passes test_doubles_every_entry"),
        (VARIANTS, '"test_doubles', '"test_no', "'adds 2' is to be caught by test_no_every_entry"),
        (VARIANTS, '"2 + x"', '"2 + x["', "is not valid Python"),
        (
            VARIANTS,
            '"x + 2.0"',
            '"x * 2"',
            "mistake 'adds 2', spelling 2 passes test_doubles_every_entry",
        ),
        (
            CASES,
            "",
            '\n\nfrom dlprep.checks import contrast\n\n\n@contrast("one entry")\n'
            "def test_one(submission):\n"
            "    x = np.ones(1)\n    check_values(submission.double(x), x)\n",
            "reference.py is wrong on the contrast 'one entry'",
        ),
        (
            CASES,
            "",
            '\n\n@contrast("nothing")\ndef test_nothing(submission):\n    pass\n',
            "the stub is right on the contrast 'nothing': let it judge the submission",
        ),
        (CASES, "np.full(3, entry)", "np.full(3, entries)", "NameError: name 'entries'"),
        (
            VARIANTS,
            "",
            '\n[[mistake]]\nname = "twin"\nfind = "2 * x"\nreplace = "x + 2"\n'
            'caught_by = "test_doubles_every_entry"\nhint = "The same again."\n',
            "mistake 'adds 2' is named as nothing",
        ),
        (
            VARIANTS,
            "",
            '\n[[equivalent]]\nmutant = "double: gone"\nreason = "It was."\n',
            "is no longer a mutant of reference.py: delete the entry",
        ),
        (
            REFERENCE,
            "    return 2 * x",
            "    if x.size > 99:\n        x = x\n    return 2 * x",
            "survives: add a case that kills it",
        ),
    ],
)
def test_what_is_wrong_is_told(
    home: Path, edit: Edit, file: str, old: str, new: str, said: str
) -> None:
    edit(file, old, new)
    assert said in told(home)


POLISHED = """

from dlprep.checks import polish


@polish
def test_shine(submission, reference):
    \"\"\"doubles ones\"\"\"
    check_values(submission.double(np.ones(3)), np.full(3, {}))
"""


def test_a_mistake_of_polish_fails_no_core_case(home: Path, edit: Edit) -> None:
    edit(CASES, "", POLISHED.format(2.0))
    edit(VARIANTS, '"test_doubles_every_entry"', '"test_shine"')
    assert "'adds 2' fails test_doubles_every_entry, which is core" in told(home)


def test_polish_that_no_solution_has_is_told(home: Path, edit: Edit) -> None:
    edit(VARIANTS, "polished = true\n", "")
    [problem] = checked(home).problems
    assert problem.startswith("reference.py does not pass: test_conventions[integers]")
    assert problem.endswith("mark an accepted solution that does as polished = true")


def test_a_polished_solution_passes_every_case(home: Path, edit: Edit) -> None:
    edit(CASES, "", POLISHED.format(3.0))
    [problem] = checked(home).problems
    assert problem.startswith("accepted 'a factor of 2.0, which makes floats of integers' does not")
    assert "test_shine" in problem


def test_what_the_contrasts_do_not_tell_is_no_problem(home: Path, edit: Edit) -> None:
    edit(CASES, "[2.0, 0.0]", "[0.0]")
    report = checked(home)
    assert (report.problems, report.told) == ([], {"adds 2": False})


def test_training_needs_no_names(home: Path, edit: Edit) -> None:
    twin = 'name = "twin"\nfind = "2 * x"\nreplace = "x + 2"\nhint = "The same again."\n'
    edit(VARIANTS, "", f'\n[[mistake]]\n{twin}caught_by = "test_doubles_every_entry"\n')
    assert "is named as nothing" in told(home)
    edit(TOML, 'track = "fundamentals"', 'track = "training"')
    assert checked(home).problems == []


def test_the_page_says_what_the_contrasts_do_not_tell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report("scale", mistakes=3, mutants=4, told={"added": True, "squared": False})
    author_report(report, make_console())
    assert "contrasts tell 1 of 2 mistakes apart; not: squared" in capsys.readouterr().out


def test_files_that_are_missing_or_read_by_nothing(home: Path) -> None:
    (home / "solutions/layer_scale/explanation.md").unlink()
    (home / "exercises/layer_scale/notes.txt").write_text("to do")
    assert checked(home).problems == [
        "exercises/layer_scale/notes.txt is not used: delete it",
        "solutions/layer_scale/explanation.md is missing: write it",
    ]


def test_a_broken_program_to_mend(home: Path, edit: Edit) -> None:
    edit(TOML, 'track = "fundamentals"', 'track = "debugging"')
    edit(STUB, "    raise NotImplementedError", "    return x + 2")
    assert checked(home).problems == [], "some cases fail, others pass"
    edit(STUB, "    return x + 2", "    return 2 * x")
    [problem] = checked(home).problems
    assert problem == "stub.py passes every case: it must be a broken program"


def test_many_at_once_and_one_that_cannot_be_read(home: Path, edit: Edit) -> None:
    new_exercise("other", home)
    edit(VARIANTS, "[[mistake]]", "[[mistake")
    broken, sound = check_all([read(SLUG, home), read("other", home)], jobs=2)
    assert (broken.exercise, broken.sound) == (SLUG, False)
    assert "variants.toml" in broken.problems[0]
    assert (sound.exercise, sound.sound) == ("other", True)


def git(home: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *words], cwd=home, check=True, capture_output=True)


def test_what_differs_from_the_main_branch(home: Path) -> None:
    for slug in ("other", "third", "fourth"):
        new_exercise(slug, home)
    git(home, "init", "--initial-branch=main")
    git(home, "add", ".")
    git(home, "commit", "-m", "all")
    assert changed_slugs(home) == set()
    git(home, "switch", "-c", "work")
    (home / "exercises/other/prompt.md").write_text("committed")
    git(home, "commit", "-am", "other")
    (home / "solutions/third/reference.py").write_text("edited")
    (home / "solutions/fourth/accepted/é.py").write_text("new")
    (home / "elsewhere.py").write_text("no exercise")
    assert changed_slugs(home) == {"other", "third", "fourth"}
    git(home, "switch", "main")
    assert changed_slugs(home) == {"third", "fourth"}


def test_where_git_cannot_tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(home, "init", "--initial-branch=other")
    with pytest.raises(UserError, match="git cannot compare with the branch 'main'"):
        changed_slugs(home)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="--changed needs git, which is not installed"):
        changed_slugs(home)
