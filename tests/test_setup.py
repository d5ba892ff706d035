"""The set-up: what is built, what an installed wheel can do, what scripts/dlprep makes.

Nothing here needs a network: what the builds and the new environments lack, they are lent by the
environment that runs the tests.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tarfile
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LENT = sysconfig.get_path("purelib")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

WRONG = """\
import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
"""

# Stands in for dlprep/__main__.py: says where it runs and what it was given.
ECHO = """\
import json, os, sys

def program():
    print(json.dumps([os.getcwd(), *sys.argv[1:]]))
"""


def run(*command: object, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command in ``cwd``, without what the environment of the tests says about Python."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=plain_environment() | extra,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def plain_environment() -> dict[str, str]:
    ours = ("PYTHON", "PYTEST", "PIP_", "VIRTUAL_ENV", "DLPREP_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def succeed(*command: object, cwd: Path, **extra: str) -> str:
    result = run(*command, cwd=cwd, **extra)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


# --- What is built ---


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A copy of the checkout with litter in it, and what was built of it."""
    tmp = tmp_path_factory.mktemp("built")
    source = tmp / "source"
    litter = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    for folder in ("dlprep", "exercises", "solutions", "scripts", "tests"):
        shutil.copytree(ROOT / folder, source / folder, ignore=litter)
    for file in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy2(ROOT / file, source / file)
    shutil.copytree(source, tmp / "clean")
    for folder in ("dlprep", "exercises/softmax", "solutions/softmax", "tests"):
        for name in ("__pycache__/stub.cpython-311.pyc", ".pytest_cache/x", ".dlprep/x"):
            file = source / folder / name
            file.parent.mkdir(parents=True)
            file.write_bytes(b"litter")

    build = (sys.executable, "-m", "hatchling", "build")  # as pip has it done
    succeed(*build, "-d", tmp / "direct", cwd=source)
    sdist = tmp / "direct" / f"dlprep-{VERSION}.tar.gz"
    succeed("tar", "-xzf", sdist, cwd=tmp)
    succeed(*build, "-t", "wheel", "-d", tmp / "dist", cwd=tmp / f"dlprep-{VERSION}")
    return {
        "clean": tmp / "clean",
        "sdist": sdist,
        "wheel": tmp / "dist" / f"dlprep-{VERSION}-py3-none-any.whl",
        "direct": tmp / "direct" / f"dlprep-{VERSION}-py3-none-any.whl",
    }


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def files_of_wheel(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_wheel_holds_the_package_the_exercises_and_the_solutions_and_nothing_else(
    built: dict[str, Path],
) -> None:
    clean = built["clean"]
    expected = {f"dlprep/{name}": data for name, data in files_of(clean / "dlprep").items()}
    for folder in ("exercises", "solutions"):
        for name, data in files_of(clean / folder).items():
            expected[f"dlprep/{folder}/{name}"] = data

    found = files_of_wheel(built["wheel"])

    info = f"dlprep-{VERSION}.dist-info/"
    assert {name: data for name, data in found.items() if not name.startswith(info)} == expected
    assert "dlprep/solutions/softmax/reference.py" in found


def test_sdist_holds_the_checkout_and_no_litter(built: dict[str, Path]) -> None:
    expected = {*files_of(built["clean"]), "PKG-INFO"}

    with tarfile.open(built["sdist"]) as archive:
        modes = {member.name.partition("/")[2]: member.mode for member in archive}

    assert modes.keys() == expected
    assert modes["scripts/dlprep"] & 0o111
    assert modes["scripts/test"] & 0o111


def test_wheel_built_of_the_sdist_equals_the_one_built_of_the_checkout(
    built: dict[str, Path],
) -> None:
    assert files_of_wheel(built["wheel"]) == files_of_wheel(built["direct"])


# --- What an installed wheel can do ---


@pytest.fixture(scope="module")
def installed(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel; NumPy, pytest, rich and typer are lent to it."""
    tmp = tmp_path_factory.mktemp("installed")
    venv = tmp / "venv"
    succeed(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp)
    pip = (sys.executable, "-m", "pip", "--python", venv / "bin" / "python")
    succeed(*pip, "install", "--no-index", "--no-deps", "--no-compile", built["wheel"], cwd=tmp)
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(LENT + "\n", encoding="utf-8")
    return venv


def test_installed_wheel_solves_an_exercise_from_any_folder(
    installed: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "work space"
    workspace.mkdir()
    dlprep = installed / "bin" / "dlprep"
    asked = "import dlprep; print(dlprep.__file__)"
    used = succeed(installed / "bin" / "python", "-I", "-c", asked, cwd=workspace)
    assert Path(used.strip()).is_relative_to(installed)

    assert "softmax" in succeed(dlprep, "list", cwd=workspace)
    succeed(dlprep, "start", "softmax", cwd=workspace)
    submission = workspace / "softmax.py"
    assert "def softmax(" in submission.read_text(encoding="utf-8")

    submission.write_text(WRONG, encoding="utf-8")
    wrong = run(dlprep, "check", "softmax", cwd=workspace)
    assert wrong.returncode == 1, wrong.stdout + wrong.stderr

    shutil.copy(ROOT / "solutions/softmax/reference.py", submission)
    right = run(dlprep, "check", "softmax", cwd=workspace)
    assert right.returncode == 0, right.stdout + right.stderr


# --- What scripts/dlprep makes of a checkout ---


def small_checkout(folder: Path) -> Path:
    """A checkout with the real set-up, and a package that only echoes its arguments."""
    checkout = folder / "a path with spaces" / "dlprep"
    shutil.copytree(ROOT / "scripts", checkout / "scripts")
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / file, checkout / file)
    (checkout / "dlprep").mkdir()
    (checkout / "dlprep/__init__.py").touch()
    (checkout / "dlprep/__main__.py").write_text(ECHO, encoding="utf-8")
    for folder in ("exercises", "solutions"):
        (checkout / folder).mkdir()
        (checkout / folder / "file").touch()
    return checkout


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    return small_checkout(tmp_path)


# The real pip installs the real pyproject.toml, but downloads nothing.
OFFLINE = {
    "DLPREP_PYTHON": sys.executable,
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip's own riddle: 0 means none
    "PYTHONPATH": LENT,
}


# A Python that lends its pip, if it has one, to the environment that it makes: to put one into it
# takes seconds. (scripts/test itself was set up without that.)
LENDING = f"""\
case "$*" in "-I -m venv "*) set -- "$@" --without-pip --system-site-packages ;; esac
exec '{sys.executable}' "$@"
"""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose first run was killed, and that two runs at once then set up."""
    checkout = small_checkout(tmp_path_factory.mktemp("ready"))
    python = tmp_path_factory.mktemp("lending") / "python"
    program(python, LENDING)

    def start(word: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [checkout / "scripts/dlprep", word],
            env=plain_environment() | OFFLINE | {"DLPREP_PYTHON": str(python)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    killed = start("killed")
    while killed.poll() is None and not (checkout / ".venv/bin/python").exists():
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    (checkout / ".venv/half-made").touch()

    both = [start("one"), start("two")]
    ends = [process.communicate() for process in both]
    said = "".join(errors for _, errors in ends)
    assert [process.returncode for process in both] == [0, 0], said
    assert [json.loads(output)[1:] for output, _ in ends] == [["one"], ["two"]]
    assert said.count("setting up") == 1
    assert not (checkout / ".venv/half-made").exists()
    return checkout


AWKWARD = ("check", "two words", "", "*", "$HOME", "--seed", "7", "--", "a'b\"c\\")


@pytest.mark.parametrize("way", ["directly", "through symlinks"])
def test_a_later_run_only_passes_the_arguments_on(ready: Path, tmp_path: Path, way: str) -> None:
    script = ready / "scripts/dlprep"
    if way == "through symlinks":
        (tmp_path / "absolute").symlink_to(script)
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/dlprep").symlink_to("../absolute")
        script = tmp_path / "bin/dlprep"
    workspace = tmp_path / "work space"
    workspace.mkdir()
    (workspace / "json.py").write_text("raise SystemExit('the user’s file was imported')")

    result = run(script, *AWKWARD, cwd=workspace, DLPREP_PYTHON="/no/python/is/looked/for")

    assert result.stderr == ""
    assert json.loads(result.stdout) == [str(workspace), *AWKWARD]


def test_the_environment_uses_the_exercises_in_place(ready: Path) -> None:
    (packages,) = ready.glob(".venv/lib/python*/site-packages")

    assert [path.name for path in packages.glob("dlprep*")] == [f"dlprep-{VERSION}.dist-info"]


@pytest.mark.skipif("DLPREP_NIGHTLY" not in os.environ, reason="slow: scripts/nightly runs it")
def test_a_changed_pyproject_is_installed_once_also_after_a_failure(
    ready: Path, tmp_path: Path
) -> None:
    script = ready / "scripts/dlprep"
    with (ready / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")

    # With build isolation pip wants to download the build system.
    failed = run(script, cwd=tmp_path, **OFFLINE | {"PIP_NO_BUILD_ISOLATION": "1"})
    mended = run(script, cwd=tmp_path, **OFFLINE)
    later = run(script, cwd=tmp_path, **OFFLINE)

    assert (failed.returncode, failed.stdout) == (3, "")
    assert "No matching distribution found for hatchling" in failed.stderr
    assert failed.stderr.splitlines()[-1] == (
        "dlprep: the set-up failed, see above. Fix that (is there a network?) and run it again. "
        f"If that does not help, delete {ready / '.venv'}."
    )
    assert (mended.returncode, mended.stderr.count("setting up")) == (0, 1), mended.stderr
    assert (later.returncode, later.stderr) == (0, "")


# A Python that cannot import ensurepip, as Debian's cannot without python3-venv.
WITHOUT_VENV = f"""\
case "$*" in *ensurepip*) echo "No module named 'ensurepip'" >&2; exit 1 ;; esac
exec '{sys.executable}' "$@"
"""
# A Python that fails in the middle of making an environment.
FULL_DISK = f"""\
case "$*" in "-I -m venv "*) mkdir "$4/lib"; echo "No space left on device"; exit 1 ;; esac
exec '{sys.executable}' "$@"
"""
# A Python that gives its version as 3.9.
TOO_OLD = f"""\
[ "$1 $2" = "-I -c" ] || exit 1
exec '{sys.executable}' -I -c "import sys; sys.version_info = (3, 9, 18); $3"
"""
# What is left on the PATH when a version manager has no such Python.
BROKEN_SHIM = "echo 'command not found' >&2; exit 127"


def refusal(checkout: Path, tmp_path: Path, path: object, **extra: str) -> str:
    """What scripts/dlprep says when it gives up with this PATH; nothing may be left behind."""
    before = files_of(checkout)
    result = run(checkout / "scripts/dlprep", "list", cwd=tmp_path, PATH=str(path), **extra)
    assert (result.returncode, result.stdout) == (3, "")
    assert files_of(checkout) == before
    assert not (checkout / ".venv").exists()
    return result.stderr


def test_a_python_without_venv_is_told_what_to_install(fresh: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin/python3", WITHOUT_VENV)

    said = refusal(fresh, tmp_path, f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    assert said == (
        "dlprep: python3 lacks the venv module: "
        "install it (sudo apt install python3-venv), then run this again.\n"
    )


def test_an_old_python_and_a_broken_shim_are_passed_over(fresh: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin/python3", TOO_OLD)
    program(tmp_path / "bin/python3.14", BROKEN_SHIM)
    program(tmp_path / "bin/python3.13", WITHOUT_VENV)

    said = refusal(fresh, tmp_path, f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    assert said.startswith("dlprep: python3.13 lacks the venv module")
    assert said.count("\n") == 1


def test_without_a_suitable_python_one_sentence_says_so(fresh: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin/python3", TOO_OLD)
    program(tmp_path / "bin/python", BROKEN_SHIM)
    cksum = shutil.which("cksum")
    assert cksum is not None
    (tmp_path / "bin/cksum").symlink_to(cksum)

    said = refusal(fresh, tmp_path, tmp_path / "bin")
    named = refusal(fresh, tmp_path, os.environ["PATH"], DLPREP_PYTHON="/no/such/python")

    assert said == (
        "dlprep: no Python 3.11 or newer was found: "
        "install one, or set DLPREP_PYTHON to its path.\n"
    )
    assert named == "dlprep: DLPREP_PYTHON=/no/such/python is no working Python 3.11 or newer.\n"


def test_a_failed_set_up_says_why_and_leaves_nothing(fresh: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin/python3", FULL_DISK)

    said = refusal(fresh, tmp_path, f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    assert said.splitlines()[1:] == [
        "No space left on device",
        "dlprep: the set-up failed, see above. Fix that (is there a network?) and run it again.",
    ]


def test_something_else_called_venv_is_not_deleted(fresh: Path, tmp_path: Path) -> None:
    (fresh / ".venv").write_text("the user's own", encoding="utf-8")

    result = run(fresh / "scripts/dlprep", cwd=tmp_path, DLPREP_PYTHON=sys.executable)

    assert result.returncode == 3
    assert f"{fresh / '.venv'} is no Python environment" in result.stderr
    assert (fresh / ".venv").read_text(encoding="utf-8") == "the user's own"
