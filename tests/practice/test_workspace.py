"""The user's files: real ones, on real disks that are full or read-only, and under real kills."""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from recording import history, verdict

import dlprep
from dlprep.catalog import Exercise
from dlprep.files import MAX_SOURCE
from dlprep.practice import record as record_module
from dlprep.practice.workspace import (
    Workspace,
    WorkspaceError,
    open_workspace,
    read_submission,
)

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(dlprep.__file__).parent.parent)}
STUB = b'def softmax(x, axis):\r\n    """\xc3\x97"""\n'
NOBODY = 65534

# What every child below begins with; argv is the workspace and the folder of the exercise.
PRELUDE = """
import sys
from pathlib import Path
from dlprep.catalog import Exercise
from dlprep.verdict import Verdict
from dlprep.practice.record import RecordError
from dlprep.practice.workspace import Workspace, WorkspaceError, open_workspace

def exercise(folder):
    return Exercise(
        "softmax", "", "stability", "easy", 10, (), (), (), Path(folder), Path(folder), 5.0
    )

root, folder = Path(sys.argv[1]), sys.argv[2]
"""


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return make_exercise(tmp_path / "exercise")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "practice"
    root.mkdir()
    return Workspace(root)


def make_exercise(folder: Path) -> Exercise:
    folder.mkdir()
    (folder / "stub.py").write_bytes(STUB)
    return Exercise("softmax", "", "stability", "easy", 10, 1, (), (), folder, folder, 5.0)


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
    )


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def identity(path: Path) -> tuple[int, ...]:
    """What stays the same as long as nobody writes to ``path`` or replaces it."""
    info = path.lstat()
    return info.st_ino, info.st_mode, info.st_size, info.st_mtime_ns


# Where the workspace is


def test_the_workspace_is_the_nearest_folder_upwards(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    deep = inner / "c" / "d"
    deep.mkdir(parents=True)
    (tmp_path / ".dlprep").mkdir()
    assert open_workspace(deep).root == tmp_path
    (inner / ".dlprep").mkdir()
    assert open_workspace(deep).root == inner
    assert open_workspace(inner).root == inner
    assert open_workspace(tmp_path / "a").root == tmp_path
    (deep / ".dlprep").write_text("a file makes no workspace")
    assert open_workspace(deep).root == inner


def test_a_workspace_is_found_from_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real" / ".dlprep").mkdir(parents=True)
    (tmp_path / "real" / "sub").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "sub")
    assert open_workspace(tmp_path / "link").root == tmp_path / "real"


def test_without_a_workspace_the_folder_itself_becomes_it_when_written_to(
    tmp_path: Path, exercise: Exercise
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    workspace = open_workspace(folder)
    assert workspace.root == folder
    assert workspace.record.statuses() == {}
    assert tree(folder) == []
    workspace.start(exercise)
    assert tree(folder) == [".dlprep", ".dlprep/record.jsonl", "softmax.py"]
    (folder / "sub").mkdir()
    assert open_workspace(folder / "sub").file(exercise) == folder / "softmax.py"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the current folder")
def test_a_current_folder_that_is_gone(tmp_path: Path) -> None:
    gone = child(
        """
import os
root.mkdir(); os.chdir(root); root.rmdir()
try:
    open_workspace(Path())
except WorkspaceError as error:
    print(error)
""",
        tmp_path / "gone",
        "",
    )
    assert gone.communicate()[0] == "The folder . cannot be found: no such file or directory.\n"


# start


def test_start_writes_the_stub(workspace: Workspace, exercise: Exercise) -> None:
    started = workspace.start(exercise)
    assert (started.path, started.happened, started.note) == (
        workspace.root / "softmax.py",
        "written",
        "",
    )
    assert started.path.read_bytes() == STUB
    assert history(workspace.record) == [("started", STUB)]
    assert workspace.record.statuses() == {"softmax": "started"}


@pytest.mark.parametrize("text", [b"mine\n", b"", b"\xff"])
def test_start_leaves_a_file_of_the_user_alone(
    workspace: Workspace, exercise: Exercise, text: bytes
) -> None:
    path = workspace.file(exercise)
    path.write_bytes(text)
    before = identity(path)
    started = workspace.start(exercise)
    assert (started.path, started.happened, started.note) == (path, "kept", "")
    assert path.read_bytes() == text
    assert identity(path) == before
    assert history(workspace.record) == [("resumed", text)]


def test_reset_brings_the_stub_back_and_keeps_the_old_text(
    workspace: Workspace, exercise: Exercise
) -> None:
    path = workspace.file(exercise)
    path.write_bytes(b"mine\n")
    started = workspace.start(exercise, reset=True)
    assert (started.path, started.happened, started.note) == (path, "reset", "")
    assert path.read_bytes() == STUB
    assert history(workspace.record) == [("reset", b"mine\n")]
    assert tree(workspace.root) == [".dlprep", ".dlprep/record.jsonl", "softmax.py"]


def test_reset_without_a_file_is_a_start(workspace: Workspace, exercise: Exercise) -> None:
    assert workspace.start(exercise, reset=True).happened == "written"
    assert history(workspace.record) == [("started", STUB)]


def test_a_record_that_cannot_be_written_is_a_note_on_a_start(
    workspace: Workspace, exercise: Exercise
) -> None:
    (workspace.root / ".dlprep").write_text("a file")
    note = f"{workspace.root / '.dlprep'} is not a folder, so no record can be kept in it."
    written = workspace.start(exercise)
    assert (written.happened, written.note) == ("written", note)
    kept = workspace.start(exercise)
    assert (kept.happened, kept.note) == ("kept", note)
    assert kept.path.read_bytes() == STUB


def test_a_record_that_cannot_be_written_refuses_a_reset(
    workspace: Workspace, exercise: Exercise
) -> None:
    (workspace.root / ".dlprep").write_text("a file")
    path = workspace.file(exercise)
    path.write_bytes(b"mine")
    with pytest.raises(WorkspaceError) as caught:
        workspace.start(exercise, reset=True)
    assert str(caught.value) == (
        f"{path} is left as it is, since its text cannot be kept first. "
        f"{workspace.root / '.dlprep'} is not a folder, so no record can be kept in it."
    )
    assert path.read_bytes() == b"mine"
    assert tree(workspace.root) == [".dlprep", "softmax.py"]


def save_late(
    monkeypatch: pytest.MonkeyPatch, path: Path, and_then: Callable[[], None] = lambda: None
) -> None:
    """Have the user save the file in place, after the last look at it and before it is replaced."""
    replace = Path.replace

    def late(self: Path, target: Path) -> Path:
        if target == path:
            path.write_bytes(b"late\n")
            and_then()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", late)


def test_what_is_saved_in_the_last_moment_of_a_reset_is_kept(
    workspace: Workspace, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workspace.file(exercise)
    path.write_bytes(b"first\n")
    save_late(monkeypatch, path)
    workspace.start(exercise, reset=True)
    assert path.read_bytes() == STUB
    assert history(workspace.record) == [("reset", b"first\n"), ("replaced", b"late\n")]
    assert [one.name for one in path.parent.iterdir() if one.is_file()] == [path.name]


def test_what_is_saved_in_the_last_moment_stays_when_the_record_is_lost_as_well(
    workspace: Workspace, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workspace.file(exercise)
    path.write_bytes(b"first\n")

    def lose_record() -> None:
        workspace.record.path.unlink()
        workspace.record.path.mkdir()

    save_late(monkeypatch, path, lose_record)
    with pytest.raises(WorkspaceError) as caught:
        workspace.start(exercise, reset=True)
    assert str(caught.value) == (
        f"{path} was saved while it was replaced. What was saved is now in softmax.py.late, since"
        f" it cannot be kept in the record. The record {workspace.record.path} is a folder, not a"
        " file. Move it away."
    )
    assert path.read_bytes() == STUB
    assert path.with_name("softmax.py.late").read_bytes() == b"late\n"


@pytest.mark.parametrize(
    ("before", "status"),
    [
        ([], "started"),
        (["failed"], "failing"),
        (["failed", "passed"], "passed"),
        (["fault"], "started"),
    ],
)
def test_a_restored_text_has_the_status_of_its_last_check(
    workspace: Workspace, exercise: Exercise, before: list[str], status: str
) -> None:
    record = workspace.record
    record.add("started", "softmax", b"old")
    for found in before:
        record.checked(verdict(status=found), b"old")
        record.checked(verdict(status="passed"), b"old", only_case="test_rows")
        record.checked(verdict(status="error"), b"another")
    workspace.restore(exercise, record.events()[0])
    assert record.statuses() == {"softmax": status}


def test_a_text_that_is_not_in_the_record_is_not_restored(
    workspace: Workspace, exercise: Exercise
) -> None:
    path = workspace.file(exercise)
    workspace.record.add("started", "softmax", b"old")
    garbled = workspace.record.path.read_bytes().replace(b'"old"', b'"odd"')
    workspace.record.path.write_bytes(garbled)
    path.write_bytes(b"mine")
    with pytest.raises(WorkspaceError, match=r"^The text of this attempt is not in the record: "):
        workspace.restore(exercise, workspace.record.events()[0])
    assert path.read_bytes() == b"mine"


def test_a_restore_keeps_what_was_there(workspace: Workspace, exercise: Exercise) -> None:
    path = workspace.file(exercise)
    path.write_bytes(b"first\n")
    workspace.start(exercise)
    path.write_bytes(b"second\n")
    (first,) = workspace.record.events()
    assert workspace.restore(exercise, first) == path
    assert path.read_bytes() == b"first\n"
    kept = [("resumed", b"first\n"), ("replaced", b"second\n"), ("restored", b"first\n")]
    assert history(workspace.record) == kept
    assert workspace.restore(exercise, first) is None
    assert history(workspace.record) == kept
    path.unlink()
    assert workspace.restore(exercise, workspace.record.events()[1]) == path
    assert path.read_bytes() == b"second\n"


def test_own_tests_are_restored_to_their_own_file(workspace: Workspace, exercise: Exercise) -> None:
    workspace.record.add("tested", exercise.slug, b"old tests\n", passing=1, total=2)
    (tested,) = workspace.record.events()
    for there in (None, b"new tests\n"):
        if there:
            workspace.tests(exercise).write_bytes(there)
        assert workspace.restore(exercise, tested) == workspace.tests(exercise)
        assert workspace.tests(exercise).read_bytes() == b"old tests\n"
    assert history(workspace.record) == [("tested", b"old tests\n"), ("replaced", b"new tests\n")]
    assert not workspace.file(exercise).exists()


def test_a_restore_that_cannot_keep_what_is_there_is_refused(
    workspace: Workspace, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workspace.file(exercise)
    path.write_bytes(b"first\n")
    workspace.start(exercise)
    path.write_bytes(b"second\n")
    (first,) = workspace.record.events()
    with workspace.record.path.open("rb") as other:
        pytest.importorskip("fcntl").flock(other, 2)  # LOCK_EX
        monkeypatch.setattr(record_module, "PATIENCE", 0.01)
        with pytest.raises(WorkspaceError, match="is left as it is, since its text cannot be kept"):
            workspace.restore(exercise, first)
    assert path.read_bytes() == b"second\n"
    assert [one.name for one in path.parent.iterdir() if one.is_file()] == [path.name]


def test_a_file_that_is_saved_during_its_reset_is_left_as_it_is(
    workspace: Workspace, exercise: Exercise
) -> None:
    path = workspace.file(exercise)
    path.write_bytes(b"first")
    workspace.record.add("started", "softmax", b"first")
    caught: list[WorkspaceError] = []

    def reset() -> None:
        try:
            workspace.start(exercise, reset=True)
        except WorkspaceError as error:
            caught.append(error)

    with workspace.record.path.open("rb") as other:
        pytest.importorskip("fcntl").flock(other, 2)  # LOCK_EX: the reset waits for the record …
        thread = threading.Thread(target=reset)
        thread.start()
        while not list(workspace.root.glob(".softmax.py.*.tmp")):
            assert thread.is_alive()
        path.write_bytes(b"second")  # … and meanwhile the editor saves
    thread.join()
    assert [str(error) for error in caught] == [
        f"{path} was saved while it was being replaced, and is left as it is. Do it again."
    ]
    assert path.read_bytes() == b"second"
    assert tree(workspace.root) == [".dlprep", ".dlprep/record.jsonl", "softmax.py"]


def test_shells_that_start_at_once_write_the_stub_once(
    workspace: Workspace, exercise: Exercise
) -> None:
    code = "print(Workspace(root).start(exercise(folder)).happened)"
    shells = [child(code, workspace.root, exercise.folder) for _ in range(4)]
    happened = sorted(shell.communicate()[0].strip() for shell in shells)
    assert happened == ["kept", "kept", "kept", "written"]
    assert workspace.file(exercise).read_bytes() == STUB


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_a_kill_at_any_moment_of_a_reset_loses_no_text(
    workspace: Workspace, exercise: Exercise, name: str
) -> None:
    code = """
for n in range(10_000):
    (root / "softmax.py").write_text(f"{sys.argv[3]} {n}")
    print(sys.argv[3], n, flush=True)
    Workspace(root).start(exercise(folder), reset=True)
"""
    chance = random.Random(2407)
    for n in range(8):
        shell = child(code, workspace.root, exercise.folder, f"round-{n}")
        assert shell.stdout is not None
        seen = [shell.stdout.readline() for _ in range(chance.randrange(1, 10))]
        for _ in range(chance.randrange(20_000)):  # somewhere inside a reset
            pass
        shell.send_signal(getattr(signal, name))
        with shell:
            seen += shell.stdout.readlines()
        assert shell.returncode != 0
        kept = {text for _, text in history(workspace.record)} | {
            workspace.file(exercise).read_bytes()
        }
        assert {line.strip().encode() for line in seen if line.endswith("\n")} <= kept


# Things that are no ordinary file


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("the system has no named pipes")
    os.mkfifo(path)


def make_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def make_large(path: Path) -> None:
    path.write_bytes(b"#" * (MAX_SOURCE + 1))


STRANGE = {
    make_folder: "{} is a folder, not a file. Move it away.",
    make_pipe: "{} is a pipe or a device, not a file. Move it away.",
    make_dangling_link: "{} is a symbolic link to a file that does not exist. Remove the link.",
    make_large: "{} is larger than 1 MiB, which no solution is. Move it away.",
}


@pytest.mark.parametrize(("make", "sentence"), STRANGE.items())
def test_what_is_no_submission_gets_a_sentence_and_is_left_alone(
    workspace: Workspace, exercise: Exercise, make: Any, sentence: str
) -> None:
    path = workspace.file(exercise)
    make(path)
    before = identity(path)
    for use in (
        lambda: read_submission(path),
        lambda: workspace.start(exercise),
        lambda: workspace.start(exercise, reset=True),
    ):
        with pytest.raises(WorkspaceError) as caught:
            use()
        assert str(caught.value) == sentence.format(f"softmax.py in {workspace.root}")
    assert identity(path) == before
    assert tree(workspace.root) == ["softmax.py"]


def test_a_link_to_a_file_is_kept_and_read_but_never_reset(
    workspace: Workspace, exercise: Exercise, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere.py").write_bytes(b"mine")
    path = workspace.file(exercise)
    path.symlink_to(tmp_path / "elsewhere.py")
    assert read_submission(path) == b"mine"
    assert workspace.start(exercise).happened == "kept"
    with pytest.raises(WorkspaceError) as caught:
        workspace.start(exercise, reset=True)
    assert str(caught.value) == (
        f"{path} is a symbolic link, which would be replaced, and not the file behind it. Remove"
        " the link, then do it again."
    )
    assert path.is_symlink()
    assert path.read_bytes() == b"mine"


def test_a_missing_file_says_how_to_begin(workspace: Workspace, exercise: Exercise) -> None:
    with pytest.raises(WorkspaceError) as caught:
        read_submission(workspace.file(exercise))
    assert str(caught.value) == (
        f"There is no softmax.py in {workspace.root}. To begin: dlprep start softmax"
    )


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no devices as files")
def test_a_device_is_not_read() -> None:
    with pytest.raises(WorkspaceError, match=r"^zero in /dev is a pipe or a device"):
        read_submission(Path("/dev/zero"))


def test_a_name_that_no_file_can_have(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match=r" cannot be read: \w.*\.$"):
        read_submission(workspace.root / ("x" * 5000))


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"x\r\n", b"#" * MAX_SOURCE])
def test_a_submission_is_read_byte_for_byte(workspace: Workspace, text: bytes) -> None:
    path = workspace.root / "softmax.py"
    path.write_bytes(text)
    assert read_submission(path) == text


# What the system refuses


@pytest.fixture
def as_user() -> Iterator[Path]:
    """A folder of an ordinary user's, who the test runs as: root is refused nothing."""
    if not hasattr(os, "seteuid"):
        pytest.skip("the system has no POSIX permissions")
    importlib.import_module("hashlib")  # Python itself may lie where only root can read it
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_exercise(folder / "exercise").stub.chmod(0o644)
        (folder / "practice").mkdir()
        root = os.geteuid() == 0
        if root:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            for path in (folder / "practice", *folder.glob("practice/.dlprep")):
                path.chmod(0o755)
            if root:
                os.seteuid(0)


def test_an_unreadable_file(as_user: Path) -> None:
    workspace, exercise = Workspace(as_user / "practice"), read_exercise(as_user)
    path = workspace.file(exercise)
    path.write_bytes(b"mine")
    path.chmod(0)
    for use in (
        lambda: read_submission(path),
        lambda: workspace.start(exercise),
        lambda: workspace.start(exercise, reset=True),
    ):
        with pytest.raises(WorkspaceError) as caught:
            use()
        assert str(caught.value) == (
            f"softmax.py in {workspace.root} cannot be read: permission denied."
        )
    path.chmod(0o644)
    assert path.read_bytes() == b"mine"


def test_a_folder_that_may_not_be_written(as_user: Path) -> None:
    workspace, exercise = Workspace(as_user / "practice"), read_exercise(as_user)
    workspace.root.chmod(0o555)
    with pytest.raises(WorkspaceError) as caught:
        workspace.start(exercise)
    path = workspace.file(exercise)
    assert str(caught.value) == f"{path} cannot be written: permission denied."

    workspace.root.chmod(0o755)
    path.write_bytes(b"mine")
    workspace.root.chmod(0o555)
    kept = workspace.start(exercise)
    assert (kept.happened, kept.note) == (
        "kept",
        f"The record {workspace.record.path} cannot be used: permission denied.",
    )
    with pytest.raises(WorkspaceError) as caught:
        workspace.start(exercise, reset=True)
    assert str(caught.value) == f"{path} cannot be replaced: permission denied."
    assert path.read_bytes() == b"mine"


def test_a_record_that_may_not_be_written(as_user: Path) -> None:
    workspace, exercise = Workspace(as_user / "practice"), read_exercise(as_user)
    workspace.start(exercise)
    path, record = workspace.file(exercise), workspace.record
    path.write_bytes(b"mine")
    sentence = f"The record {record.path} cannot be used: permission denied."

    record.path.chmod(0o444)
    assert workspace.start(exercise).note == sentence
    assert record.statuses() == {"softmax": "started"}

    with pytest.raises(WorkspaceError) as caught:
        workspace.start(exercise, reset=True)
    assert str(caught.value) == (
        f"{path} is left as it is, since its text cannot be kept first. {sentence}"
    )
    assert path.read_bytes() == b"mine"

    record.path.chmod(0o644)
    record.path.parent.chmod(0o555)  # the file is there, and that is enough
    assert workspace.start(exercise, reset=True).note == ""
    assert history(record)[-1] == ("reset", b"mine")
    record.path.parent.chmod(0o755)
    record.path.unlink()
    record.path.parent.chmod(0o555)
    assert workspace.start(exercise).note == sentence
    assert tree(workspace.root) == [".dlprep", "softmax.py"]


def test_a_folder_above_that_may_not_be_searched(as_user: Path) -> None:
    inner = as_user / "practice" / "inner"
    inner.mkdir()
    (as_user / "practice").chmod(0)
    assert open_workspace(inner).root == inner


def read_exercise(folder: Path) -> Exercise:
    folder = folder / "exercise"
    return Exercise("softmax", "", "stability", "easy", 10, 1, (), (), folder, folder, 5.0)


def on_disk(command: list[str], tmp_path: Path, exercise: Exercise, code: str) -> Any:
    """What ``code`` leaves in ``said``, run with the workspace on the small disk."""
    prelude = """
import json, subprocess
workspace = Workspace(root)
path = root / "softmax.py"
record = workspace.record
verdict = Verdict("softmax", "softmax.py", "passed", 1, 0.1, "none")
said = []

def attempt(use, *arguments, **options):
    try:
        result = use(*arguments, **options)
        said.append(getattr(result, "happened", result))
    except (WorkspaceError, RecordError) as error:
        said.append(str(error))
"""
    script = PRELUDE + prelude + code + "\nprint(json.dumps(said))"
    done = subprocess.run(
        [*command, sys.executable, "-c", script, str(tmp_path / "disk"), str(exercise.folder)],
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_read_only_disk(small_disk: list[str], tmp_path: Path, exercise: Exercise) -> None:
    said = on_disk(
        small_disk,
        tmp_path,
        exercise,
        """
def mount(how):
    subprocess.run(["mount", "-o", f"remount,{how}", root], check=True)

mount("ro")
attempt(record.statuses)
attempt(workspace.start, exercise(folder))
attempt(record.checked, verdict, b"mine")
mount("rw")
attempt(workspace.start, exercise(folder))
path.write_text("mine")
mount("ro")
attempt(record.statuses)
attempt(workspace.start, exercise(folder))
attempt(record.checked, verdict, b"mine")
attempt(workspace.start, exercise(folder), reset=True)
attempt(path.read_text)
attempt(lambda: sorted(file.name for file in root.rglob("*")))
""",
    )
    disk = tmp_path / "disk"
    record = f"The record {disk / '.dlprep' / 'record.jsonl'} cannot be used"
    assert said == [
        {},
        f"{disk / 'softmax.py'} cannot be written: read-only file system.",
        f"{record}: read-only file system.",
        "written",
        {"softmax": "started"},
        "kept",
        f"{record}: read-only file system.",
        f"{disk / 'softmax.py'} cannot be replaced: read-only file system.",
        "mine",
        [".dlprep", "record.jsonl", "softmax.py"],
    ]


def test_a_full_disk(small_disk: list[str], tmp_path: Path, exercise: Exercise) -> None:
    said = on_disk(
        small_disk,
        tmp_path,
        exercise,
        """
import os
filler = root / "filler"

def fill():
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass

fill()
attempt(workspace.start, exercise(folder))
attempt(path.exists)
filler.unlink()

attempt(workspace.start, exercise(folder))
mine = os.urandom(800_000)  # it fits once, but not a second time into the record
path.write_bytes(mine)
attempt(workspace.start, exercise(folder), reset=True)
attempt(record.checked, verdict, mine)
attempt(record.statuses)
attempt(lambda: path.read_bytes() == mine)

path.write_text("mine")
fill()
attempt(workspace.start, exercise(folder), reset=True)
attempt(path.read_text)
filler.unlink()
attempt(workspace.start, exercise(folder), reset=True)
attempt(record.checked, verdict, b"right")
attempt(record.statuses)
attempt(lambda: sorted(file.name for file in root.rglob("*")))
""",
    )
    disk = tmp_path / "disk"
    path = disk / "softmax.py"
    full = (
        f"The record {disk / '.dlprep' / 'record.jsonl'} cannot be used: no space left on device."
    )
    assert said == [
        f"{path} cannot be written: no space left on device.",
        False,
        "written",
        f"{path} is left as it is, since its text cannot be kept first. {full}",
        full,
        {"softmax": "started"},
        True,
        f"{path} cannot be replaced: no space left on device.",
        "mine",
        "reset",
        None,
        {"softmax": "passed"},
        [".dlprep", "record.jsonl", "softmax.py"],
    ]
