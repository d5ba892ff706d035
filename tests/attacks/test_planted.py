"""Files that lie beside the submission, in the hope that the judge picks them up."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hostile import reference
from warm import Run

CASES = 16  # of softmax
WRONG = "def softmax(x, axis=-1):\n    return x\n"
RIGHT = reference("softmax").path.read_text(encoding="utf-8")

# Each runs where a judge, Python or pytest would look for it, and says that it did
PROGRAMS = (
    *("conftest.py", "reference.py", "test_cases.py", "stub.py", "dlprep.py", "__main__.py"),
    *("numpy.py", "numpy/__init__.py", "pytest.py", "_pytest/__init__.py", "rich.py", "typer.py"),
    *("sitecustomize.py", "usercustomize.py", "random.py", "json.py", "ctypes.py", "wire.py"),
    *("requests.py", "lock.py", "landlock.py", "seccomp.py", "worker.py"),
    *("exercises/softmax/test_cases.py", "exercises/softmax/stub.py"),
    *("solutions/softmax/reference.py", "dlprep/__init__.py", "dlprep/__main__.py"),
)
ADDOPTS = "addopts = --collect-only -p planted"
OTHERS = {"tox.ini": f"[pytest]\n{ADDOPTS}\n", "setup.cfg": f"[tool:pytest]\n{ADDOPTS}\n"}
SETTINGS = {
    "pytest.ini": f"[pytest]\n{ADDOPTS}\n",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--collect-only -p planted"\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which a submission is checked."""
    made = tmp_path / "folder"
    made.mkdir()
    return made


@pytest.fixture
def run(folder: Path, dlprep: Run) -> Run:
    """``run("check", "softmax")`` in the folder."""
    return partial(dlprep, cwd=folder)


def plant(folder: Path, settings: str) -> Path:
    """Put everything into the folder; the file that appears if any of it is run."""
    proof = folder.parent / "proof"
    program = f"open({str(proof)!r}, 'a').write(__file__)\nraise SystemExit(0)\n"
    for name in (*PROGRAMS, "planted.py"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(program)
    (folder / "planted.pth").write_text(f"import os; open({str(proof)!r}, 'a')\n")
    for name, text in {**OTHERS, settings: SETTINGS[settings]}.items():
        (folder / name).write_text(text)
    right = folder.parent / "right.py"
    right.write_text(RIGHT)
    for name in ("softmax", "numpy", "reference"):  # bytecode that is believed unseen
        py_compile.compile(
            str(right),
            cfile=str(folder / f"__pycache__/{name}.{sys.implementation.cache_tag}.pyc"),
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    return proof


def files(folder: Path) -> dict[str, bytes]:
    """Everything in the folder but the user's own record."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != ".dlprep"
    }


@pytest.mark.parametrize("settings", SETTINGS)
def test_planted_files_change_no_verdict(folder: Path, run: Run, settings: str) -> None:
    proof = plant(folder, settings)
    check = ("check", "softmax", "--json", "--seed", "1")
    grade = ("grade", ".", "--exercise", "softmax", "--format", "jsonl", "--allow-unsandboxed")
    for text, status, words in ((WRONG, "failed", check), (RIGHT, "passed", grade)):
        (folder / "softmax.py").write_text(text)
        before = files(folder)
        done = run(*words, fresh=True)
        assert done.code == (status != "passed"), done
        assert f'"status": "{status}"' in done.out
        assert done.out.count('"advice": ') == CASES
        assert files(folder) == before
        assert not proof.exists(), proof.read_text()


def test_bytecode_beside_a_submission_is_not_believed(folder: Path, run: Run) -> None:
    plant(folder, "pytest.ini")
    (folder / "softmax.py").write_text(WRONG)
    bytecode = folder / f"__pycache__/softmax.{sys.implementation.cache_tag}.pyc"
    assert bytecode.is_file()
    right = subprocess.run(  # it would be, by whoever imports what lies there
        [sys.executable, "-c", "import softmax; print(softmax.softmax(0.0 * softmax.np.ones(2)))"],
        cwd=tidied(folder, bytecode),
        capture_output=True,
        check=True,
    )
    assert right.stdout.split() == [b"[0.5", b"0.5]"]
    assert run("check", "softmax", fresh=True).code == 1


def tidied(folder: Path, bytecode: Path) -> Path:
    """A folder with the submission and its bytecode alone."""
    made = folder.parent / "tidied"
    (made / bytecode.parent.name).mkdir(parents=True)
    shutil.copy(folder / "softmax.py", made)
    shutil.copy(bytecode, made / bytecode.parent.name)
    return made


def link(path: Path, target: str) -> None:
    path.symlink_to(target)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (Path.mkdir, "is a folder, not a file"),
        (os.mkfifo, "is a pipe or a device, not a file"),
        (lambda path: link(path, "/dev/zero"), "is a pipe or a device, not a file"),
        (lambda path: link(path, "nothing.py"), "is a symbolic link to a file that does not exist"),
        (lambda path: link(path, path.name), "is a symbolic link"),
    ],
    ids=["folder", "pipe", "device", "link to nothing", "link to itself"],
)
def test_what_is_no_file_is_refused_in_a_sentence(
    folder: Path, run: Run, make: Callable[[Path], None], said: str
) -> None:
    make(folder / "softmax.py")
    done = run("check", "softmax")
    assert done.code == 2
    assert said in done.err


def test_a_linked_submission_is_judged_by_what_is_in_it(folder: Path, run: Run) -> None:
    (folder / "mine.py").write_text(WRONG)
    link(folder / "softmax.py", "mine.py")
    assert run("check", "softmax").code == 1
    (folder / "mine.py").write_text(RIGHT)
    assert run("check", "softmax").code == 0


@pytest.mark.parametrize("name", ["record.jsonl", "record.sqlite3"])
def test_a_linked_record_is_not_written_over(folder: Path, run: Run, name: str) -> None:
    sentinel = folder.parent / "sentinel"
    sentinel.write_text("as it was\n" * 1000)
    (folder / ".dlprep").mkdir()
    link(folder / ".dlprep" / name, str(sentinel))
    (folder / "softmax.py").write_text(RIGHT)
    assert run("check", "softmax").code == 0
    assert sentinel.read_text() == "as it was\n" * 1000
