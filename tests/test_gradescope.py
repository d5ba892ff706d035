"""``scripts/gradescope/`` in a folder laid out as Gradescope lays it out: its own scripts, run."""

from __future__ import annotations

import errno
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gslocal.results
import pytest
from test_docs import blocks
from test_setup import LENDING, LENT, OFFLINE, ROOT, TOO_OLD, plain_environment, program, succeed
from warm import AVAILABLE, Warm

from dlprep.grading.run import isolation_reached

RIGHT = (ROOT / "solutions/softmax/reference.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace(" - x.max(axis=axis, keepdims=True)", "")
LEVEL = isolation_reached()
# Everything but what is about isolation can be tried on a machine that lacks it.
TRUST = "" if LEVEL == "full" else "--allow-unsandboxed"
SOFTMAX = ("--exercise softmax", "--points 10", TRUST)


@dataclass(frozen=True)
class Graded:
    """What Gradescope is given: the results, how another reader shows them, what was printed."""

    results: dict[str, Any]
    shown: str
    printed: str

    @property
    def why(self) -> str:
        """What stands above the tests."""
        return str(self.results["output"])

    @property
    def points(self) -> tuple[float, float]:
        """The points reached, and how many there are."""
        most = sum(test.get("max_score", 0) for test in self.results["tests"])  # polish has none
        return self.results["score"], most


def run_autograder(root: Path, *through: object, cwd: Path | None = None) -> Graded:
    """Run ``run_autograder`` as Gradescope does, and read what is there then."""
    done = subprocess.run(
        [*through, root / "run_autograder"],
        cwd=cwd or root,
        env=plain_environment() | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    printed = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, printed
    assert "Traceback" not in printed
    path = root / "results/results.json"
    shown = io.StringIO()
    with redirect_stdout(shown):
        gslocal.results.format_results(path)
    plain = re.sub(r"\x1b\[\d*m", "", shown.getvalue())
    return Graded(json.loads(path.read_text(encoding="ascii")), plain, printed)


@dataclass(frozen=True)
class Autograder:
    """An image that Gradescope built: its /autograder is the folder ``root``."""

    root: Path

    def grade(self, options: tuple[str, ...], *through: object, **files: str) -> Graded:
        """Grade a submission of these files, each exercise's by its name.

        ``through`` are a program and its first arguments, which starts ``run_autograder``.
        """
        for name in ("submission", "results"):
            shutil.rmtree(self.root / name, ignore_errors=True)
            (self.root / name).mkdir()
        for name, text in files.items():
            path = self.root / "submission" / (name if "." in name else f"{name}.py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.root / "source/grade.txt").write_text("\n".join(options), encoding="utf-8")
        return run_autograder(self.root, *through)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip that the README's commands make of a clone."""
    clone = tmp_path_factory.mktemp("clone")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("dlprep", "exercises", "solutions", "scripts"):
        shutil.copytree(ROOT / folder, clone / folder, ignore=ignored)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / file, clone / file)
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false")
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "all"]):
        succeed("git", *identity, *words, cwd=clone)
    (clone / "scribble.py").write_text("is not committed")
    (commands,) = blocks("sh")
    succeed("sh", "-e", "-c", commands, cwd=clone)
    return clone / "autograder.zip"


# Ubuntu 22.04, whose Python is too old, and whose archive has no other until one more is added.
APT = """\
echo "${0##*/} $*" >>"${0%/*}/log"
case "$*" in *python3.12-venv) cp "${0%/*}/hidden" "${0%/*}/python3.12" ;; esac
"""
TOOLS = ("sh", "dirname", "cksum", "cp", "rm", "rmdir", "mkdir", "tail")


def ubuntu(bin_folder: Path) -> str:
    """A PATH on which such a system's programs are, and nothing else."""
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        bin_folder.mkdir(exist_ok=True)
        (bin_folder / tool).symlink_to(found)
    program(bin_folder / "python3", TOO_OLD)
    program(bin_folder / "hidden", LENDING)
    for name in ("apt-get", "add-apt-repository"):
        program(bin_folder / name, APT)
    return str(bin_folder)


@pytest.fixture(scope="module")
def image(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Autograder:
    """The zip unpacked and set up, as when Gradescope builds an image."""
    root = tmp_path_factory.mktemp("image") / "autograder"
    source, programs = root / "source", root.parent / "bin"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(source)
    (source / "run_autograder").chmod(0o755)  # zipfile does not know the modes; unzip does
    offline = {key: value for key, value in OFFLINE.items() if key != "DLPREP_PYTHON"}
    offline["PATH"] = ubuntu(programs)
    bash = shutil.which("bash")
    succeed(bash, source / "setup.sh", cwd=root, **offline)
    log = (programs / "log").read_text(encoding="utf-8")
    succeed(bash, source / "setup.sh", cwd=root, **offline)
    assert (programs / "log").read_text(encoding="utf-8") == log, "there is nothing left to install"
    assert log.splitlines() == [
        "apt-get update -q",
        "apt-get install -y -q python3-venv",
        "apt-get install -y -q software-properties-common",
        "add-apt-repository -y ppa:deadsnakes/ppa",
        "apt-get install -y -q python3.12-venv",
    ]
    shutil.copy(source / "run_autograder", root)
    (packages,) = source.glob(".venv/lib/python*/site-packages")
    (packages / "lent.pth").write_text(LENT + "\n", encoding="utf-8")  # NumPy and so on
    return Autograder(root)


# In place of the image's Python: what grades is a fork of one that has loaded the image's dlprep.
FORKING = """\
case "$FRESH $1 $2 $3" in " -I -m dlprep") shift 3; exec @PROGRAM@ "$@" ;; esac
exec "$0"3 "$@"
"""


@pytest.fixture(scope="module")
def autograder(image: Autograder) -> Iterator[Autograder]:
    """The image, and quick; ``FRESH`` is for what shall run as it was built."""
    if not AVAILABLE:
        yield image
        return
    python = image.root / "source/.venv/bin/python"
    python.unlink()
    server = Warm(python.with_name("python3"))
    program(python, FORKING.replace("@PROGRAM@", server.program))
    yield image
    server.close()


FRESH = ("env", "FRESH=yes")


def test_the_zip_has_the_two_files_at_its_root(archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        modes = {info.filename: info.external_attr >> 16 for info in packed.infolist()}
        options = packed.read("grade.txt").decode()
    assert modes["setup.sh"] & 0o111
    assert modes["run_autograder"] & 0o111
    assert {"dlprep/__init__.py", "solutions/softmax/reference.py"} < modes.keys()
    assert "scribble.py" not in modes
    assert options == "--exercise softmax\n--exercise lstm_cell\n--points 10\n"


def test_a_right_submission(autograder: Autograder) -> None:
    graded = autograder.grade(SOFTMAX, *FRESH, softmax=RIGHT)
    assert graded.points == (10, pytest.approx(10, abs=1e-2))
    assert {test["status"] for test in graded.results["tests"]} == {"passed"}
    assert f"isolation: {LEVEL}" in graded.why
    assert "Score: 10.00 / 10.00" in graded.shown
    assert graded.printed == ""


def test_a_wrong_submission(autograder: Autograder) -> None:
    graded = autograder.grade(SOFTMAX, softmax=WRONG)
    assert 0 < graded.results["score"] < 10
    assert "You forgot the max subtraction" in graded.shown
    scored = autograder.grade((*SOFTMAX, "--feedback score"), softmax=WRONG)
    assert scored.points == (graded.results["score"], 10)
    assert "max subtraction" not in json.dumps(scored.results)


def test_what_is_missing_has_no_points(autograder: Autograder) -> None:
    both = (*SOFTMAX, "--exercise=lstm_cell")
    one = autograder.grade(both, softmax=RIGHT)
    assert one.points == (10, pytest.approx(20, abs=1e-2))
    assert "lstm_cell: no submission" in one.why
    none = autograder.grade(both)
    assert none.points == (0, 20)
    assert none.shown.count("There is no submission.") == 2


def test_a_broken_submission(autograder: Autograder) -> None:
    from_windows = ("\ufeff# homework 3\r", f"{' '.join(SOFTMAX)}\r", "")
    graded = autograder.grade(from_windows, softmax="def softmax(x")
    assert graded.points == (0, 10)
    (test,) = graded.results["tests"]
    assert "softmax.py:1" in test["output"]


def test_planted_files_change_nothing_and_are_not_run(
    autograder: Autograder, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    planted = f"open({str(ran)!r}, 'w')\n"
    names = ["conftest", "json", "numpy", "pytest", "sitecustomize", "subprocess", "usercustomize"]
    files = {f"{name}.py": planted for name in names} | {
        "dlprep/__init__.py": planted,
        "dlprep/__main__.py": planted,
        "ada/softmax.py": WRONG,
        "bob/softmax.py": WRONG,
        "grade.txt": "--exercise softmax --points 1000",
        "pytest.ini": "[pytest]\naddopts = -p conftest\n",
        "results.json": '{"score": 1000}',
        "results/results.json": '{"score": 1000}',
        ".venv/bin/python.sh": planted,
    }
    there = autograder.root / "submission"
    missing = autograder.grade(SOFTMAX, *FRESH, **files)
    assert missing.points == (0, 10), "what lies in a folder is nobody's"
    assert "There is no submission." in missing.shown
    said = "not judged: softmax.py looks like softmax, but lies in the folder 'ada'"
    assert said in missing.why, "but it is told"
    (there / "softmax.py").write_text(RIGHT, encoding="utf-8")
    graded = run_autograder(autograder.root, *FRESH, cwd=there)
    assert graded.results["score"] == 10
    assert graded.printed.startswith("Ignored ")
    assert not ran.exists()


def test_a_submission_in_a_folder_and_an_image_of_links(
    autograder: Autograder, tmp_path: Path
) -> None:
    for name in ("source", "run_autograder"):
        (tmp_path / name).symlink_to(autograder.root / "source" / name.replace("source", ""))
    options = (*SOFTMAX, "--layout 'hw3/{exercise}.py'")
    graded = Autograder(tmp_path).grade(options, **{"hw3/softmax.py": RIGHT, "softmax.py": WRONG})
    assert graded.results["score"] == 10


# Starts its arguments where the kernel answers that it does not know Landlock (call 444).
NO_LANDLOCK = f"""
import ctypes, os, struct, sys
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (6, 0, 0, {0x50000 | errno.ENOSYS}), (6, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, struct.pack("HP", len(steps), ctypes.addressof(code))) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""  # noqa: E501 - a program


def test_without_isolation_nothing_is_graded_unless_told(autograder: Autograder) -> None:
    through = (*FRESH, sys.executable, "-c", NO_LANDLOCK)
    refused = autograder.grade(SOFTMAX[:2], *through, softmax=RIGHT)
    assert refused.results["score"] == 0
    assert refused.why.startswith("Nothing was graded; this is no fault of the submission.")
    assert "cannot lock submissions in" in refused.why
    assert "--allow-unsandboxed. (The options are those in grade.txt.)" in refused.why
    assert refused.why in refused.printed
    assert "cannot lock submissions in" in refused.shown
    told = autograder.grade((*SOFTMAX, "--allow-unsandboxed"), *through, softmax=RIGHT)
    assert told.results["score"] == 10
    assert "isolation: process" in told.why


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("", "grade.txt names no exercise; it needs a line like: --exercise softmax"),
        ("# --exercise softmax", "grade.txt names no exercise"),
        ("--exercise 'softmax", "grade.txt cannot be read: No closing quotation."),
        ("--exercise sofmax", "Did you mean softmax?"),
        ("--exercise softmax\n--points ten", "'ten' is not a valid"),
        ("--exercise softmax\n--grace", "No such option: --grace"),
    ],
)
def test_options_that_cannot_be(autograder: Autograder, options: str, why: str) -> None:
    graded = autograder.grade((options,), softmax=RIGHT)
    assert graded.results["score"] == 0
    assert why in graded.why
    assert "\n" not in graded.why


def test_a_fault_is_told_and_has_no_points(autograder: Autograder) -> None:
    cases = autograder.root / "source/exercises/softmax/test_cases.py"
    whole = cases.read_bytes()
    cases.write_text("import nonsense\n", encoding="utf-8")
    try:
        graded = autograder.grade((*SOFTMAX, "--feedback labels"), softmax=RIGHT)
    finally:
        cases.write_bytes(whole)
    assert graded.points == (0, 10)
    assert "softmax: could not be judged" in graded.why
    assert "nonsense" not in json.dumps(graded.results)


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        ("echo 'a secret' >&2; exit 3", 3),
        ("echo 'a secret' >&2; exit 1", 1),
        ("printf 'a secret \\377' >&2; kill -9 $$", -9),
    ],
)
def test_results_are_there_whatever_becomes_of_dlprep(
    tmp_path: Path, instead: str, code: int
) -> None:
    image = Autograder(tmp_path)
    (tmp_path / "source/.venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/gradescope/run_autograder", tmp_path)
    program(tmp_path / "source/.venv/bin/python", instead)
    graded = image.grade(SOFTMAX, softmax=RIGHT)
    assert graded.results["score"] == 0
    assert f"dlprep itself failed (exit code {code})" in graded.why
    assert "secret" not in json.dumps(graded.results), "that is for instructors"
    assert "a secret" in graded.printed


def test_results_are_there_when_the_image_is_not_whole(tmp_path: Path) -> None:
    shutil.copy(ROOT / "scripts/gradescope/run_autograder", tmp_path)
    (tmp_path / "source").mkdir()
    assert "There is no grade.txt at the root of the zip." in run_autograder(tmp_path).why
    graded = Autograder(tmp_path).grade(SOFTMAX, softmax=RIGHT)
    assert "dlprep is not installed: see what setup.sh said" in graded.why
    python = tmp_path / "source/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("not a program", encoding="utf-8")
    assert "Permission denied" in run_autograder(tmp_path).why
