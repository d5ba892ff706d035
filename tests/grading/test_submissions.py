"""Submissions are found where they are, and nothing that lies beside them matters."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dlprep.errors import UserError
from dlprep.grading.model import Task
from dlprep.grading.submissions import Submissions, collect
from dlprep.judge.loading import MAX_SOURCE
from dlprep.model import Problem


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")


def keys(found: Submissions) -> list[tuple[str, str]]:
    """Who and exercise, in order; a missing one is marked."""
    return [(task.who, task.exercise + ("" if task.path else "?")) for task in found.tasks]


def problem(found: Submissions) -> Problem:
    """Why the only submission cannot be read."""
    (task,) = found.tasks
    said = found.read(task)
    assert isinstance(said, Problem)
    assert said.kind == "file"
    return said


def test_a_file(tmp_path: Path) -> None:
    write(tmp_path, "softmax.py")
    path = tmp_path / "softmax.py"
    found = collect([path])
    assert found.tasks == (Task("", "softmax", path),)
    assert found.read(found.tasks[0]) == b"# softmax.py\n"


def test_a_folder_of_files(tmp_path: Path) -> None:
    write(tmp_path, "softmax.py", "lstm_cell.py", "notes.py", "README.md", "old/softmax.py")
    found = collect([tmp_path])
    assert keys(found) == [("", "lstm_cell"), ("", "softmax")]
    assert found.ignored == 3, "notes.py, README.md, and old as a whole"


def test_a_folder_of_folders(tmp_path: Path) -> None:
    write(tmp_path, "bob/softmax.py", "ada/softmax.py", "ada/lstm_cell.py", "ada/deep/softmax.py")
    write(tmp_path, "ada/util.py", "grades.csv", "cleo/README.md")
    found = collect([tmp_path])
    assert keys(found) == [("ada", "lstm_cell"), ("ada", "softmax"), ("bob", "softmax")]
    assert [task.path for task in found.tasks][2] == tmp_path / "bob/softmax.py"
    assert found.ignored == 4, "util.py, deep, grades.csv, README.md"


def test_several_paths(tmp_path: Path) -> None:
    write(tmp_path, "a/ada/softmax.py", "b/bob/softmax.py", "lstm_cell.py")
    found = collect([tmp_path / "a", tmp_path / "b", tmp_path / "lstm_cell.py", tmp_path / "a"])
    assert keys(found) == [("", "lstm_cell"), ("ada", "softmax"), ("bob", "softmax")]


@pytest.mark.parametrize(
    ("layout", "names", "expected"),
    [
        (
            "{who}/hw3/{exercise}.py",
            ["ada/hw3/softmax.py", "ada/hw2/softmax.py", "ada/softmax.py", "bob/hw3/lstm_cell.py"],
            [("ada", "softmax"), ("bob", "lstm_cell")],
        ),
        ("{exercise}/{who}.py", ["softmax/ada.py", "nothing/ada.py"], [("ada", "softmax")]),
        (
            "{exercise}_{who}.py",
            ["softmax_ada.py", "lstm_cell_b_c.py", "softmax_.py", "softmax.py"],
            [("ada", "softmax"), ("b_c", "lstm_cell")],
        ),
        (
            "hw/{who}_{exercise}.py",
            ["hw/ada_12_softmax.py", "hw/x_lstm_cell.py"],
            [("ada_12", "softmax"), ("x", "lstm_cell")],
        ),
        ("{exercise}.py", ["softmax.py", "x/softmax.py"], [("", "softmax")]),
        ("src (1)/{exercise}.v+.py", ["src (1)/softmax.v+.py"], [("", "softmax")]),
    ],
)
def test_layouts(
    tmp_path: Path, layout: str, names: list[str], expected: list[tuple[str, str]]
) -> None:
    write(tmp_path, *names)
    assert keys(collect([tmp_path], layout=layout)) == expected


def test_a_layout_of_one_component_fits_files_that_are_given_one_by_one(tmp_path: Path) -> None:
    write(tmp_path, "softmax_ada.py", "softmax_bob.py", "notes.txt")
    found = collect(sorted(tmp_path.iterdir()), layout="{exercise}_{who}.py")
    assert keys(found) == [("ada", "softmax"), ("bob", "softmax")]
    assert found.ignored == 1


@pytest.mark.parametrize(
    "layout",
    [
        "",
        "{who}.py",
        "{exercise}/{exercise}.py",
        "{who}/{who}/{exercise}.py",
        "{id}/{exercise}.py",
        "{who}{}/{exercise}.py",
    ],
)
def test_a_layout_that_cannot_be(tmp_path: Path, layout: str) -> None:
    with pytest.raises(UserError, match=r"needs \{exercise\} once"):
        collect([tmp_path], layout=layout)


def test_what_is_missing_is_listed_for_everyone(tmp_path: Path) -> None:
    write(tmp_path, "ada/softmax.py", "bob/lstm_cell.py", "bob/mlp2.py", "cleo/README.md")
    found = collect([tmp_path], ["softmax", "lstm_cell"])
    assert keys(found) == [
        ("ada", "lstm_cell?"),
        ("ada", "softmax"),
        ("bob", "lstm_cell"),
        ("bob", "softmax?"),
        ("cleo", "lstm_cell?"),
        ("cleo", "softmax?"),
    ]
    assert found.ignored == 1, "README.md; mlp2.py is a submission that nobody asked for"


@pytest.mark.parametrize("names", [["lstm_cell.py"], ["soft_max.py"], ["x/y.py", "mlp2.py"]])
def test_one_persons_missing_submission(tmp_path: Path, names: list[str]) -> None:
    write(tmp_path, *names)
    assert keys(collect([tmp_path], ["softmax"])) == [("", "softmax?")]


def test_missing_with_a_layout(tmp_path: Path) -> None:
    write(tmp_path, "ada/hw3/README", "bob/hw3/softmax.py", "cleo/x", "dan.txt")
    found = collect([tmp_path], ["softmax"], "{who}/hw3/{exercise}.py")
    assert keys(found) == [("ada", "softmax?"), ("bob", "softmax"), ("cleo", "softmax?")]


def test_two_submissions_of_one_person(tmp_path: Path) -> None:
    write(tmp_path, "a/ada/softmax.py", "b/ada/softmax.py")
    with pytest.raises(UserError, match="two submissions to softmax by 'ada'"):
        collect([tmp_path / "a", tmp_path / "b"])


def test_nothing_to_grade(tmp_path: Path) -> None:
    write(tmp_path, "notes.py")
    with pytest.raises(UserError, match="There is no submission in"):
        collect([tmp_path])
    with pytest.raises(UserError, match=r"no file hw/\{exercise\}.py of an exercise"):
        collect([tmp_path], layout="hw/{exercise}.py")
    with pytest.raises(UserError, match=r"There is no '.*nowhere'"):
        collect([tmp_path / "nowhere"])


def test_hidden_files_are_no_submissions(tmp_path: Path) -> None:
    write(tmp_path, "ada/softmax.py", ".git/softmax.py", "__pycache__/softmax.py")
    write(tmp_path, "ada/__pycache__/softmax.cpython-311.pyc", "ada/.softmax.py", ".DS_Store")
    found = collect([tmp_path], ["softmax"])
    assert keys(found) == [("ada", "softmax")]
    assert found.ignored == 0


def test_hostile_names(tmp_path: Path) -> None:
    names = ["a\nb", "\x1b[31mred", "::error::x", "[bold]", "%0A", "a,b;'\"", "\u202egnp", "-rf"]
    hostile = [*map(os.fsencode, names), b"caf\xe9"]
    for name in hostile:
        folder = tmp_path / os.fsdecode(name)
        folder.mkdir()
        (folder / "softmax.py").write_bytes(name)
    found = collect([tmp_path])
    assert sorted(os.fsencode(task.who) for task in found.tasks) == sorted(hostile)
    for task in found.tasks:
        assert found.read(task) == os.fsencode(task.who)


def test_hostile_names_of_files(tmp_path: Path) -> None:
    write(tmp_path, "softmax_a\nb.py", "softmax_::error::.py")
    (tmp_path / os.fsdecode(b"softmax_\xff.py")).write_text("x")
    found = collect([tmp_path], layout="{exercise}_{who}.py")
    assert keys(found) == [("::error::", "softmax"), ("a\nb", "softmax"), ("\udcff", "softmax")]


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "ada/softmax.py").mkdir(parents=True)
    assert problem(collect([tmp_path])).message == "softmax.py is a folder, not a file."
    (tmp_path / "softmax.py").mkdir()
    found = collect([tmp_path], ["softmax"])
    assert keys(found) == [("", "softmax")]
    assert problem(found).message == "softmax.py is a folder, not a file."


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "solution.py", "subs/bob/softmax.py")
    (tmp_path / "subs/ada").mkdir()
    link = tmp_path / "subs/ada/softmax.py"
    for target in ("/dev/zero", "../../solution.py", "../bob/softmax.py", "nowhere", "softmax.py"):
        link.symlink_to(target)
        found = collect([tmp_path / "subs"])
        assert keys(found) == [("ada", "softmax"), ("bob", "softmax")]
        said = found.read(found.tasks[0])
        assert isinstance(said, Problem)
        assert (said.kind, said.message) == ("file", "softmax.py is a symbolic link.")
        assert found.read(found.tasks[1]) == b"# subs/bob/softmax.py\n"
        assert problem(collect([link])).message == "softmax.py is a symbolic link."
        link.unlink()


def test_a_folder_that_is_a_link(tmp_path: Path) -> None:
    write(tmp_path, "outside/softmax.py")
    subs = tmp_path / "subs"
    subs.mkdir()
    (subs / "ada").symlink_to("../outside")
    found = collect([subs])
    assert keys(found) == [("ada", "softmax")]
    assert problem(found).message == "softmax.py is a symbolic link."
    (tmp_path / "link").symlink_to("outside")
    given = collect([tmp_path / "link"])
    assert given.read(given.tasks[0]) == b"# outside/softmax.py\n", "the path itself may be one"


def test_a_circle_of_links_and_a_deep_nest_end(tmp_path: Path) -> None:
    write(tmp_path, "ada/softmax.py")
    (tmp_path / "ada/loop").symlink_to(".")
    (tmp_path / "self").symlink_to("self")
    with a_deep_nest(tmp_path / "ada"):
        found = collect([tmp_path])
    assert keys(found) == [("ada", "softmax")]
    assert found.ignored == 3, "loop, self and the nest"


@contextmanager
def a_deep_nest(folder: Path) -> Iterator[None]:
    """Folders in folders, deeper than Python recurses, and with a longer path than there may be."""
    levels, inner = 1500, os.open(folder, os.O_RDONLY)
    try:
        for _ in range(levels):
            os.mkdir("deep", dir_fd=inner)
            inner = _moved(inner, "deep")
        yield
    finally:  # pytest could not remove it
        for _ in range(levels):
            inner = _moved(inner, "..")
            os.rmdir("deep", dir_fd=inner)
        os.close(inner)


def _moved(folder: int, name: str) -> int:
    there = os.open(name, os.O_RDONLY, dir_fd=folder)
    os.close(folder)
    return there


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "softmax.py")
    said = problem(collect([tmp_path / "softmax.py"]))
    assert said.message == "softmax.py is a pipe or a device, not a file."


def test_a_file_of_a_terabyte(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    path.write_bytes(b"#" * MAX_SOURCE)
    found = collect([path])
    assert found.read(found.tasks[0]) == b"#" * MAX_SOURCE
    with path.open("r+b") as file:
        file.truncate(1 << 40)
    assert problem(found).message == (
        "softmax.py is larger than a submission may be: 1048576.0 MiB, not 1."
    )


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    write(tmp_path, "softmax.py")
    found = collect([tmp_path])
    (tmp_path / "softmax.py").unlink()
    assert problem(found).message == "softmax.py cannot be read: no such file or directory."


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """A folder that anyone may look into, and a test that does not run as root."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        user = os.geteuid()
        yield Path(name)
        if user == 0:
            os.seteuid(0)
        for path in Path(name).iterdir():
            path.chmod(0o755)


def become_ordinary() -> None:
    """Give up root's right to read everything, until the end of the test."""
    if os.geteuid() == 0:
        os.seteuid(65534)


def test_what_may_not_be_read(ordinary: Path) -> None:
    write(ordinary, "ada/softmax.py", "bob/softmax.py", "cleo/softmax.py")
    (ordinary / "ada/softmax.py").chmod(0)
    (ordinary / "bob").chmod(0)
    (ordinary / "cleo").chmod(0o444)  # its names, but nothing else
    become_ordinary()
    found = collect([ordinary])
    assert keys(found) == [("ada", "softmax"), ("cleo", "softmax")]
    assert found.unreadable == 1, "bob's folder"
    for task in found.tasks:
        said = found.read(task)
        assert isinstance(said, Problem)
        assert said.message == "softmax.py cannot be read: permission denied."
    with pytest.raises(UserError, match="cannot be read: permission denied"):
        collect([ordinary / "bob"])
