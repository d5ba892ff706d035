"""The README's workflow for GitHub: its commands are run where a checkout would lie."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_docs import blocks
from test_gradescope import LEVEL, RIGHT, TRUST, WRONG
from test_setup import plain_environment, program
from warm import PROGRAM

(WORKFLOW,) = blocks("yaml")
INSTALL, GRADE = re.findall(r"^ +- run: (.+)$", WORKFLOW, re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """What a step leaves: its exit code, its log, its summary, and the files of the runner."""

    code: int
    log: str
    summary: str
    temporary: Path


@dataclass(frozen=True)
class Runner:
    """A job's machine; the checkout of the pull request is the folder ``workspace``.

    dlprep is installed: what ``command`` starts is the one under test.
    """

    root: Path
    command: str

    def __post_init__(self) -> None:
        self.workspace.mkdir()
        program(self.root / "bin/dlprep", f'exec {self.command} "$@" {TRUST}')

    @property
    def workspace(self) -> Path:
        """The folder in which the steps run."""
        return self.root / "workspace"

    def hand_in(self, **texts: str) -> None:
        """Put these softmaxes into the pull request."""
        for who, text in texts.items():
            (self.workspace / "submissions" / who).mkdir(parents=True)
            (self.workspace / "submissions" / who / "softmax.py").write_text(text, encoding="utf-8")

    def run(self, command: str) -> Step:
        """Run a step's command as the runner does."""
        temporary, summary = self.root / "temporary", self.root / "summary.md"
        temporary.mkdir()
        summary.touch()
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.workspace,
            env=plain_environment()
            | {
                "PATH": f"{self.root / 'bin'}:/usr/bin:/bin",
                "GITHUB_ACTIONS": "true",
                "GITHUB_STEP_SUMMARY": str(summary),
                "RUNNER_TEMP": str(temporary),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        log = (done.stdout + done.stderr).decode()
        assert "Traceback" not in log
        return Step(done.returncode, log, summary.read_text(encoding="utf-8"), temporary)


@pytest.fixture
def runner(tmp_path: Path, dlprep_program: str) -> Runner:
    """A machine of one's own."""
    return Runner(tmp_path, dlprep_program)


def test_it_trusts_no_pull_request() -> None:
    assert "on: pull_request\n" in WORKFLOW
    assert "pull_request_target" not in WORKFLOW
    assert "permissions:\n  contents: read\n" in WORKFLOW
    assert WORKFLOW.count("permissions") == 1
    assert "persist-credentials: false" in WORKFLOW
    assert "secrets" not in WORKFLOW
    assert WORKFLOW.index(INSTALL) < WORKFLOW.index("actions/checkout@") < WORKFLOW.index(GRADE)
    # No text of the pull request gets into a command.
    assert re.findall(r"\$\{\{.*?\}\}", WORKFLOW) == ["${{ runner.temp }}"]
    assert re.fullmatch(r'pip install "dlprep @ git\+https://\S+/dlprep@COMMIT"', INSTALL)


def test_all_pass(runner: Runner) -> None:
    runner.hand_in(ada=RIGHT, bob=RIGHT)
    step = runner.run(GRADE)
    assert (step.code, step.log) == (0, "")
    assert step.summary.startswith("### dlprep: 2 passed\n")
    assert f"isolation&#58; {LEVEL}" in step.summary


def test_what_does_not_pass_is_annotated_and_kept(runner: Runner) -> None:
    runner.hand_in(ada=RIGHT, bob=WRONG, cleo="def softmax(x")
    (runner.workspace / "submissions/dan").mkdir()
    step = runner.run(GRADE)
    assert step.code == 1
    said = {line.partition("title=")[2].partition("%3A")[0]: line for line in step.log.splitlines()}
    assert sorted(said) == ["bob", "cleo", "dan"]
    assert said["bob"].startswith("::error file=submissions/bob/softmax.py,line=")
    assert "max subtraction" in said["bob"]
    assert said["cleo"].startswith("::error file=submissions/cleo/softmax.py,line=1,")
    assert said["dan"].startswith("::error title=dan%3A softmax%3A no submission::")
    assert step.summary.startswith("### dlprep: 1 passed, 1 failed, 1 error, 1 missing\n")
    assert "max subtraction" in step.summary
    uploaded = re.findall(r"path: \$\{\{ runner.temp \}\}/(.+)", WORKFLOW)
    assert uploaded == [path.name for path in step.temporary.iterdir()]
    suites = ET.parse(step.temporary / uploaded[0]).getroot().findall("testsuite")
    assert {suite.get("name") for suite in suites} == {
        f"{who}/softmax" for who in ("ada", "bob", "cleo", "dan")
    }


def test_planted_files_change_nothing_and_are_not_run(tmp_path: Path) -> None:
    runner = Runner(tmp_path, PROGRAM)
    runner.hand_in(ada=RIGHT)
    planted, outside = f"open({str(tmp_path / 'ran')!r}, 'w')\n", tmp_path / "outside"
    outside.write_text("as it was", encoding="utf-8")
    for folder in (runner.workspace, runner.workspace / "submissions/ada"):
        for name in ("dlprep/__init__.py", "conftest.py", "numpy.py", "sitecustomize.py"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(planted, encoding="utf-8")
    (runner.workspace / "pytest.ini").write_text("[pytest]\naddopts = -p conftest\n")
    (runner.workspace / "verdicts.xml").symlink_to(outside)
    step = runner.run(GRADE)
    assert step.code == 0, step.log
    assert not (tmp_path / "ran").exists()
    assert outside.read_text(encoding="utf-8") == "as it was"


def test_a_pull_request_without_submissions(runner: Runner) -> None:
    step = runner.run(GRADE)
    assert step.code == 2
    assert "'submissions' cannot be read: no such file or directory." in step.log
