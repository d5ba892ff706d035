"""Every command as a user types it: what it prints, what it leaves behind, its exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from dlprep.catalog import slugs
from dlprep.checks.conventions import CONVENTIONS
from dlprep.checks.gradient import RELATIVE
from dlprep.checks.values import TOLERANCES
from dlprep.cli import make_app
from dlprep.verdict import Verdict

from .conftest import RIGHT, ROUGH, WRONG, Run, words


def test_from_start_to_verdict(dlprep: Run, tmp_path: Path) -> None:
    started = dlprep("start", "softmax", fresh=True)
    assert started.code == 0
    assert "Stable softmax" in started.out
    assert "softmax.py is ready" in started.out
    assert "NotImplementedError" in (tmp_path / "softmax.py").read_text()

    stub = dlprep("check", fresh=True)
    assert stub.code == 1
    assert "nothing is implemented yet" in stub.out

    (tmp_path / "softmax.py").write_text(WRONG)
    wrong = dlprep("check", fresh=True)
    assert wrong.code == 1
    assert "✗ stays finite for large logits" in wrong.out
    assert "softmax([[1000., 1001., 1002.]], axis=-1)" in wrong.out
    assert re.search(r"worst at +\[0, 0\]: nan where 0.0900 was expected", wrong.out)
    assert re.search("right for   .+\n    wrong for   .+\n", wrong.out)
    assert re.search(r"polish: \d of \d \(what good library code does besides", wrong.out)
    assert "You forgot the max subtraction" in wrong.out

    (tmp_path / "softmax.py").write_text(RIGHT)
    right = dlprep("check", fresh=True)
    assert right.code == 0
    assert re.match(r"✓ softmax ★   (\d+) of \1 cases pass · polish (\d+) of \2 ", right.out)


def test_polish_never_fails_unless_it_is_asked_for(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(ROUGH)
    ran = dlprep("check", "softmax")
    assert ran.code == 0
    assert re.match(r"✓ softmax   (\d+) of \1 cases pass · polish", ran.out)
    fix = CONVENTIONS["float32"].fix
    assert f"- keeps float32: got dtype float64 {fix.lower()}." in words(ran.out).lower()
    data = json.loads(dlprep("check", "softmax", "--json").out)
    assert (data["version"], data["status"], data["polished"]) == (2, "passed", False)
    assert {case["tier"] for case in data["cases"]} == {"core", "polish"}

    strict = dlprep("check", "softmax", "--strict")
    assert strict.code == 1
    assert "--strict asks for it, so the exit code is 1" in words(strict.out)
    alone = dlprep("check", "softmax", "--case", "conventions[float32]")
    assert alone.code == 1
    assert "    expected   dtype float32\n" in alone.out
    [row] = json.loads(dlprep("list", "--json", "--status", "passed").out)
    assert (row["slug"], row["status"], row["polished"]) == ("softmax", "passed", False)

    (tmp_path / "softmax.py").write_text(RIGHT)
    assert dlprep("check", "softmax", "--strict").code == 0
    for status in ("passed", "polished"):
        [row] = json.loads(dlprep("list", "--json", "--status", status).out)
        assert (row["slug"], row["status"], row["polished"]) == ("softmax", "passed", True)
    assert "passed ★\n" in dlprep("list").out


def test_the_house_conventions_are_shown_with_what_is_allowed(dlprep: Run) -> None:
    ran = dlprep("show", "--conventions")
    assert ran.code == 0
    for one in CONVENTIONS.values():
        assert f"- {one.label} {one.fix}.".lower() in words(ran.out).lower()
    for dtype in (np.float64, np.float32):
        said = TOLERANCES[np.dtype(dtype)].text
        assert re.search(f"{np.dtype(dtype)} +{said}\n", ran.out)
    assert re.search(f"gradients +{RELATIVE:.0e} relative".replace("e-0", "e-"), ran.out)


def test_list_shows_every_exercise_and_its_status(dlprep: Run, tmp_path: Path) -> None:
    def status() -> str:
        rows = json.loads(dlprep("list", "--json").out)
        assert {row["slug"] for row in rows} == set(slugs())
        return next(row["status"] for row in rows if row["slug"] == "softmax")

    assert status() == "new"
    assert not list(tmp_path.iterdir()), "listing creates nothing"
    dlprep("start", "softmax")
    assert status() == "started"
    dlprep("check", "softmax")
    assert status() == "failing"
    (tmp_path / "softmax.py").write_text(RIGHT)
    dlprep("check", "softmax")
    assert status() == "passed"
    table = dlprep("list").out
    assert all(slug in table for slug in slugs())
    assert re.search(r"softmax +Stable softmax +easy +10 min +passed", table)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--track", "recurrent"), {"lstm_cell"}),
        (("--difficulty", "easy"), {"softmax", "adam_step"}),
        (("--status", "started"), {"softmax"}),
        (("--track", "recurrent", "--difficulty", "easy"), set()),
    ],
)
def test_list_can_be_narrowed(dlprep: Run, words: tuple[str, ...], shown: set[str]) -> None:
    dlprep("start", "softmax")
    rows = json.loads(dlprep("list", "--json", *words).out)
    assert shown <= {row["slug"] for row in rows}
    kept = {"--track": "track", "--difficulty": "difficulty", "--status": "status"}
    for option, value in zip(words[::2], words[1::2], strict=True):
        assert all(row[kept[option]] == value for row in rows)
    assert dlprep("list", *words).code == 0


def test_an_existing_file_is_never_overwritten(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text("mine = 1\n")
    again = dlprep("start", "softmax")
    assert again.code == 0
    assert "is as you left it" in again.out
    assert (tmp_path / "softmax.py").read_text() == "mine = 1\n"
    reset = dlprep("start", "softmax", "--reset")
    assert reset.code == 0
    assert "the stub again; your text is in the history" in reset.out
    assert "NotImplementedError" in (tmp_path / "softmax.py").read_text()


def test_the_workspace_is_found_upwards(dlprep: Run, tmp_path: Path) -> None:
    dlprep("start", "softmax")
    (tmp_path / "softmax.py").write_text(RIGHT)
    below = tmp_path / "deep" / "down"
    below.mkdir(parents=True)
    assert dlprep("check", cwd=below).code == 0
    assert not list(below.iterdir())


@pytest.mark.parametrize("name", ["adam-step", "adam_step", "adam_step.py", "ADAM-STEP"])
def test_names_are_taken_generously(dlprep: Run, name: str) -> None:
    assert "Adam" in dlprep("show", name).out


def test_show_prints_the_task_again(dlprep: Run) -> None:
    dlprep("start", "softmax")
    assert dlprep("show").out == dlprep("show", "softmax").out
    assert "Stable softmax" in dlprep("show").out


def test_one_seed_gives_one_verdict(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(WRONG.replace("e.sum(axis=axis", "e.sum(axis=-1"))
    verdicts = [
        json.loads(dlprep("check", "softmax", "--seed", seed, "--json").out)
        for seed in ("7", "7", "8")
    ]
    for verdict in verdicts:
        del verdict["seconds"]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0] != verdicts[2]
    assert verdicts[0]["seed"] == 7


def test_json_is_a_verdict_and_nothing_else(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text("print('\\x1b[31m')\n" + WRONG)
    ran = dlprep("check", "softmax", "--json")
    assert ran.code == 1
    assert "\x1b" not in ran.out
    verdict = Verdict.from_json(json.loads(ran.out))
    assert verdict.status == "failed"
    assert verdict.isolation in ("full", "process")
    assert [mistake.name for mistake in verdict.mistakes] == ["no max subtraction"]
    assert verdict.printed == "\x1b[31m\n"


def test_all_shows_every_failing_case(dlprep: Run, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(WRONG)
    first, every = dlprep("check", "softmax"), dlprep("check", "softmax", "--all")
    assert first.out.count("✗") == 1
    assert every.out.count("✗") > 1
    assert "more cases fail: dlprep check softmax --all" in first.out
    assert "✓ turns one row of logits into probabilities" in every.out


@pytest.mark.parametrize("name", ["large_logits", "test_large_logits"])
def test_one_case_alone(dlprep: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "softmax.py").write_text(WRONG)
    ran = dlprep("check", "softmax", "--case", name)
    assert ran.code == 1
    assert "stays finite for large logits" in ran.out
    assert dlprep("check", "softmax", "--case", "one_row").code == 0


GROUP = typer.main.get_command(make_app())
AUTHOR = GROUP.commands["author"]  # type: ignore[attr-defined]
COMMANDS = [name for name in GROUP.commands if name != "author"]  # type: ignore[attr-defined]
COMMANDS += [f"author {name}" for name in AUTHOR.commands]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    ran = CliRunner().invoke(make_app(), [*command.split(), "--help"], prog_name="dlprep")
    assert ran.exit_code == 0
    assert f"Example: dlprep {command}" in ran.output


def test_the_help_names_the_commands(dlprep: Run) -> None:
    ran = dlprep("--help")
    for command in ("list", "start", "show", "check", "author"):
        assert command in ran.out + ran.err
    assert dlprep("--version").out.startswith("dlprep ")


@pytest.mark.parametrize(
    ("typed", "completed"), [("soft", "softmax"), ("lstm-c", "lstm-cell"), ("ad", "adam_step")]
)
def test_the_shell_completes_exercises(dlprep: Run, typed: str, completed: str) -> None:
    ran = dlprep(
        _DLPREP_COMPLETE="complete_bash", COMP_WORDS=f"dlprep start {typed}", COMP_CWORD="2"
    )
    assert completed in ran.out.split()


def test_author_new_and_check(home: Path, home_run: Run) -> None:
    made = home_run("author", "new", "layer_scale")
    assert made.code == 0
    assert (home / "exercises/layer_scale/test_cases.py").is_file()
    assert "dlprep author check layer_scale" in made.out
    sound = home_run("author", "check", "layer_scale")
    assert sound.code == 0, sound.out
    assert re.search(r"✓ layer_scale   \d+ mistakes? · 3 accepted", sound.out)

    variants = home / "solutions/layer_scale/variants.toml"
    variants.write_text(variants.read_text().replace('caught_by = "', 'caught_by = "test_no_', 1))
    unsound = home_run("author", "check", "layer_scale")
    assert unsound.code == 1
    assert "is to be caught by test_no_" in " ".join(unsound.out.split())
