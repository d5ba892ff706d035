"""Every attack of the corpus gets its verdict, and changes nothing but its own."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from hostile import ATTACKS, FAMILIES, TWINS, Entry, HostileJudge
from ordinary import ON_THE_MACHINE, find_python, run_as_ordinary
from rich.console import Console
from surroundings import Surroundings

from dlprep.grading import Graded, Run, Versions
from dlprep.grading.log import open_log, results
from dlprep.grading.reports import REPORTS
from dlprep.grading.submissions import Submissions
from dlprep.judge.judge import RUN_FACTOR
from dlprep.render.verdict_page import verdict_page
from dlprep.verdict import Verdict

LATE = 5.0  # seconds by which a verdict may be later than the time that the run has


def outcome(verdict: Verdict) -> tuple[str, str]:
    """The status, and the kind of the problem or of the first failing case."""
    if verdict.problem is not None:
        return verdict.status, verdict.problem.kind
    return verdict.status, next((one.kind for one in verdict.cases if one.status != "passed"), "")


def require_safe_reports(verdict: Verdict) -> None:
    """Fail unless every report holds the verdict whole, and no command of the submission's."""
    whole = json.loads(json.dumps(verdict.to_json(), allow_nan=False))
    assert Verdict.from_json(whole) == verdict
    reports = {name: report(name, verdict) for name in REPORTS}
    ET.fromstring(reports["junit"])
    for text in (reports["gradescope"], *reports["jsonl"].splitlines()):
        json.loads(text, parse_constant=pytest.fail)
    for line in reports["github"].splitlines():
        assert line.startswith("::error ")
    for row in csv.reader(io.StringIO(reports["csv"])):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    for text in (page(verdict), *reports.values()):
        text.encode()
        assert re.sub(r"[\n\r\t]", "", text).isprintable()


def page(verdict: Verdict) -> str:
    """What a person reads of it."""
    text = io.StringIO()
    console = Console(file=text, width=80, markup=False, emoji=False, highlight=False)
    verdict_page(verdict, console, everything=True)
    return text.getvalue()


def report(name: str, verdict: Verdict) -> str:
    """What a machine reads of it, by way of the log."""
    versions = Versions("0.1", "3.11", "2.4", "")
    run = Run(2, 1, None, verdict.isolation, "2030-01-01T00:00:00+00:00", versions, {})
    with open_log(None, "begin") as log:
        log.begin(run, [], Submissions([], [], []))
        log.add(Graded("somebody", verdict.exercise, verdict.file, verdict), None)
        return "".join(REPORTS[name](results([log])))


# The longest of all, so the first: another core has the rest meanwhile.
def test_an_ordinary_user_is_as_safe(locked: bool) -> None:
    python = find_python()
    if python is None:
        pytest.skip("this is not root, or there is no Python that an ordinary user can start")
    families = FAMILIES if "DLPREP_NIGHTLY" in os.environ else ON_THE_MACHINE
    with tempfile.TemporaryDirectory(prefix="dlprep-", dir="/tmp") as home:
        ran = run_as_ordinary(python, Path(home), families)
    assert ran.code == 0, ran.output
    wanted = [attack for attack in ATTACKS if attack.path.parent.name in families]
    possible = [attack for attack in wanted if locked or not attack.needs_lock]
    assert ran.judged >= len(possible) > 80


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gets_its_verdict_and_changes_nothing(
    attack: Entry,
    verdict_on: HostileJudge,
    surroundings: Surroundings,
    locked: bool,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if attack.needs_lock and not locked:
        pytest.skip("only the operating system's lock can stop it, and there is none here")
    before = surroundings.look()
    capfd.readouterr()
    began = time.monotonic()
    verdict = verdict_on(attack)
    took = time.monotonic() - began

    assert outcome(verdict) in attack.verdicts, verdict
    assert verdict.status != "passed"
    assert took < RUN_FACTOR * verdict_on.seconds(attack) + LATE
    assert surroundings.settle(before) == before
    assert tuple(capfd.readouterr()) == ("", "")

    require_safe_reports(verdict)

    neighbour = verdict_on(attack.neighbour)
    assert outcome(neighbour) == ("passed", ""), neighbour
    require_safe_reports(neighbour)
    assert surroundings.settle(before) == before


def test_the_corpus_is_whole() -> None:
    families = Counter(attack.path.parent.name for attack in ATTACKS)
    assert tuple(sorted(families)) == tuple(sorted(FAMILIES))
    assert min(families.values()) > 10
    for attack in ATTACKS:
        assert attack.head.keys() <= {"attack", "verdict", "exercise", "case", "needs", "source"}
        assert attack.head["attack"]
        assert {status for status, _ in attack.verdicts} <= {"failed", "error"}
        assert all(kind for _, kind in attack.verdicts)
        assert attack.head.get("needs") in (None, "lock")
    assert len({attack.head["attack"] for attack in ATTACKS}) == len(ATTACKS)
    for twin in TWINS:
        assert twin.path.with_name(twin.path.name.replace(".right", "")).exists()
        assert twin.head["right"]
        assert twin.verdicts == {("passed", "")}
