"""``scripts/mixed`` as it is run, on few submissions; and that it sees what is not as it should."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dlprep.grading.run import isolation_reached

MIXED = Path(__file__).resolve().parents[1] / "scripts/mixed"
NUMBER = 120

pytestmark = pytest.mark.skipif(
    isolation_reached() != "full", reason="nothing hostile is graded where nothing locks it in"
)


@pytest.fixture(scope="module")
def mixed() -> Iterator[ModuleType]:
    """The script, loaded and not run."""
    loader = SourceFileLoader("mixed", str(MIXED))
    spec = spec_from_loader("mixed", loader)
    assert spec is not None
    made = module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])  # it adds the corpus to it
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.setitem(sys.modules, "mixed", made)
        loader.exec_module(made)
        yield made


@pytest.fixture(scope="module")
def gathered(mixed: ModuleType) -> dict[str, Any]:
    """The submissions of a part of a mixed."""
    return dict(mixed.gather(NUMBER, {}))


def test_a_few_are_graded_twice() -> None:
    ran = subprocess.run([sys.executable, MIXED, "20"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    first, *runs, last = ran.stdout.splitlines()
    assert first.startswith("20 submissions, 2 of them hostile")
    assert len(runs) == 2
    assert all("'passed': 10}" in run for run in runs)
    assert last == "Each verdict as expected, both runs the same, nothing left behind."


def test_no_two_submissions_are_the_same(gathered: dict[str, Any]) -> None:
    honest = [one for who, one in gathered.items() if not who.endswith("9")]
    assert len({(one.exercise, one.source) for one in honest}) == len(honest) == 0.9 * NUMBER
    hostile = {one.what for who, one in gathered.items() if who.endswith("9")}
    assert len(hostile) == 0.1 * NUMBER
    assert len({what.partition("/")[0] for what in hostile}) == 10


def test_it_sees_a_wrong_verdict_and_a_difference(
    mixed: ModuleType, gathered: dict[str, Any], tmp_path: Path
) -> None:
    true = dict(islice(gathered.items(), 4))
    lines, _ = mixed.grade(true, tmp_path)
    assert mixed.deviations(true, lines) == []
    assert mixed.differences(true, lines, lines) == []

    expected = {"00000": "failed", "00001": "passed", "00002": "error crash"}
    false = {
        who: replace(one, expected=expected.get(who, one.expected)) for who, one in true.items()
    }
    wrong = mixed.deviations(false, lines)
    assert [one.partition(",")[0] for one in wrong] == list(expected)
    assert "expected failed, got passed" in wrong[0]

    for some, got in ((lines[1:], "nothing"), ([*lines, lines[0]], "passed and passed")):
        [wrong] = mixed.deviations(true, some)
        assert wrong.startswith("00000,")
        assert wrong.endswith(f"got {got}")

    entry = json.loads(lines[0])
    entry["verdict"]["printed"] = "a word"
    [different] = mixed.differences(true, lines, [json.dumps(entry), *lines[1:]])
    assert different.startswith("00000,")
