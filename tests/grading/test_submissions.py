"""Submissions are found where they are, and nothing that lies beside them matters."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dlprep.errors import UserError
from dlprep.files import MAX_SOURCE
from dlprep.grading import Task
from dlprep.grading.submissions import Submissions, collect, read
from dlprep.verdict import Problem


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")


def keys(found: Submissions) -> list[tuple[str, str]]:
    """Who and exercise, in order; a missing one is marked."""
    return [(task.who, task.exercise + ("" if task.path else "?")) for task in found.tasks]


def told(found: Submissions, root: Path) -> dict[str, str]:
    """What is not judged, and why."""
    return {str(Path(one.path).relative_to(root)): one.why for one in found.not_judged}


def ignored(found: Submissions, root: Path) -> list[str]:
    """What has nothing to do with submissions."""
    return sorted(str(Path(path).relative_to(root)) for path in found.unrelated)


def problem(found: Submissions) -> Problem:
    """Why the only submission cannot be read."""
    (task,) = found.tasks
    said = read(task)
    assert isinstance(said, Problem)
    assert said.kind == "file"
    return said


def test_a_file(tmp_path: Path) -> None:
    write(tmp_path, "softmax.py")
    path = tmp_path / "softmax.py"
    found = collect([path])
    assert found.tasks == [Task("", "softmax", path)]
    assert read(found.tasks[0]) == b"# softmax.py\n"


def test_a_folder_of_files(tmp_path: Path) -> None:
    write(tmp_path, "softmax.py", "lstm_cell.py", "notes.py", "README.md", "data/x.csv")
    write(tmp_path, "test_softmax.py", "softmax.png", "softmax_utils.py", "repro_softmax_row.py")
    found = collect([tmp_path])
    assert keys(found) == [("", "lstm_cell"), ("", "softmax")]
    assert found.not_judged == []
    assert ignored(found, tmp_path) == [
        *("README.md", "data/x.csv", "notes.py", "repro_softmax_row.py", "softmax.png"),
        *("softmax_utils.py", "test_softmax.py"),
    ]


def test_a_folder_of_folders(tmp_path: Path) -> None:
    write(tmp_path, "bob/softmax.py", "ada/softmax.py", "ada/lstm_cell.py", "ada/util.py")
    write(tmp_path, "grades.csv")
    found = collect([tmp_path])
    assert keys(found) == [("ada", "lstm_cell"), ("ada", "softmax"), ("bob", "softmax")]
    assert [task.path for task in found.tasks][2] == tmp_path / "bob/softmax.py"
    assert found.not_judged == []
    assert ignored(found, tmp_path) == ["ada/util.py", "grades.csv"]


def test_several_paths(tmp_path: Path) -> None:
    write(tmp_path, "a/ada/softmax.py", "b/bob/softmax.py", "lstm_cell.py")
    found = collect([tmp_path / "a", tmp_path / "b", tmp_path / "lstm_cell.py", tmp_path / "a"])
    assert keys(found) == [("", "lstm_cell"), ("ada", "softmax"), ("bob", "softmax")]


# --- what looks like a submission and is not judged


@pytest.mark.parametrize(
    "name",
    [
        *("Softmax.py", "SOFTMAX.PY", "softmax (1).py", "softmax(2).py", "softmax copy.py"),
        *("Copy of softmax.py", "softmax_v2.py", "softmax-final.py", "softmax2.py", "softmax"),
        *("softmax.ipynb", "softmax.py.txt", "softmax.txt", "softmax.py.py"),
    ],
)
def test_a_file_that_was_meant_for_a_submission(tmp_path: Path, name: str) -> None:
    write(tmp_path, "ada/softmax.py", f"bob/{name}", name)
    found = collect([tmp_path])
    assert keys(found) == [("ada", "softmax")]
    why = "looks like softmax, but is not called softmax.py"
    assert told(found, tmp_path) == {f"bob/{name}": why, name: why}
    assert [one.who for one in found.not_judged if "bob" in one.path] == ["bob"]


@pytest.mark.parametrize(
    "name",
    [
        *("test_softmax.py", "softmax_notes.md", "softmax.png", "softmax.pyc", "my softmax.py"),
        *("1" * 250 + ".py", "a" * 240 + "softmax.py", "softmax" + "1 " * 100 + "x.py"),
    ],
)
def test_a_file_that_was_not(tmp_path: Path, name: str) -> None:
    write(tmp_path, "ada/softmax.py", f"ada/{name}")
    found = collect([tmp_path])
    assert found.not_judged == []
    assert ignored(found, tmp_path) == [f"ada/{name}"]


def test_a_name_with_a_number_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "ada/mlp2.py", "bob/MLP2 (1).py", "cleo/mlp.py", "dan/lstm-cell.py")
    found = collect([tmp_path])
    assert keys(found) == [("ada", "mlp2")]
    assert told(found, tmp_path) == {
        "bob/MLP2 (1).py": "looks like mlp2, but is not called mlp2.py",
        "cleo": "holds no submission",
        "dan/lstm-cell.py": "looks like lstm_cell, but is not called lstm_cell.py",
    }


def test_a_submission_in_the_wrong_place(tmp_path: Path) -> None:
    write(tmp_path, "ada/softmax.py", "ada/old/softmax.py", "bob/hw/Softmax.py", "cleo/hw/mlp2.py")
    write(tmp_path, "dan/softmax.py/x", "erin/hw/src/softmax.py", "fay/README.md")
    found = collect([tmp_path])
    assert keys(found) == [("ada", "softmax")]
    assert told(found, tmp_path) == {
        "ada/old/softmax.py": "looks like softmax, but lies in the folder 'old'",
        "bob/hw/Softmax.py": "looks like softmax, but lies in the folder 'hw'",
        "cleo/hw/mlp2.py": "looks like mlp2, but lies in the folder 'hw'",
        "dan/softmax.py": "looks like softmax, but is a folder",
        "erin": "holds no submission",
        "fay": "holds no submission",
    }


def test_who_holds_no_submission_is_missing_when_one_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "ada/softmax.py", "bob/Softmax.py", "cleo/README.md", "dan/MLP2.py")
    found = collect([tmp_path], ["softmax"])
    assert keys(found) == [
        *[("ada", "softmax"), ("bob", "softmax?"), ("cleo", "softmax?"), ("dan", "softmax?")]
    ]
    assert list(told(found, tmp_path)) == ["bob/Softmax.py"]


def test_what_a_zip_and_python_leave_behind_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "ada/softmax.py", "__MACOSX/softmax.py", "ada/__MACOSX/softmax.py")
    write(tmp_path, ".git/softmax.py", "__pycache__/softmax.py", "ada/.softmax.py", ".DS_Store")
    write(tmp_path, "ada/__pycache__/softmax.cpython-311.pyc", "ada/.venv/softmax.py")
    for paths in ([tmp_path], [tmp_path / "ada", tmp_path / "__MACOSX"]):
        found = collect(paths, ["softmax"])
        assert keys(found) == [("ada", "softmax")]
        assert found.not_judged == []
        assert found.unrelated == []


# --- people beside submissions


@pytest.mark.parametrize("name", ["softmax.py", "lstm_cell.py"])
def test_people_and_submissions_side_by_side(tmp_path: Path, name: str) -> None:
    write(tmp_path, "ada/softmax.py", "bob/softmax.py", "data/x.csv", name)
    said = rf"holds both people's folders \(such as 'ada'\) and submissions \(such as '{name}'\)"
    with pytest.raises(UserError, match=said) as caught:
        collect([tmp_path])
    assert "--layout '{who}/{exercise}.py' takes the folders" in str(caught.value)
    found = collect([tmp_path], layout="{who}/{exercise}.py")
    assert keys(found) == [("ada", "softmax"), ("bob", "softmax")]
    slug = name.removesuffix(".py")
    assert told(found, tmp_path) == {
        name: f"looks like {slug}, but does not fit --layout",
        "data": "holds no submission",
    }
    found = collect([tmp_path], layout="{exercise}.py")
    assert keys(found) == [("", slug)]
    assert sorted(told(found, tmp_path)) == ["ada/softmax.py", "bob/softmax.py"]
    with pytest.raises(UserError, match=r"The paths are both people's folders .* in two runs"):
        collect(sorted(tmp_path.iterdir()))


def test_a_person_who_is_called_as_a_file_is(tmp_path: Path) -> None:
    write(tmp_path, "ada/softmax.py", "softmax.py/softmax.py", "lstm_cell.py/notes")
    found = collect([tmp_path])
    assert keys(found) == [("ada", "softmax"), ("softmax.py", "softmax")]
    assert told(found, tmp_path) == {"lstm_cell.py": "holds no submission"}


def test_each_path_is_a_person(tmp_path: Path) -> None:
    """``dlprep grade subs/*``."""
    write(tmp_path, "ada/softmax.py", "bob/softmax.py", "cleo/hw/softmax.py", "dan/x", "README.md")
    write(tmp_path, "Softmax.py", "softmax.py/mlp2.py")
    for paths in (sorted(tmp_path.iterdir()), [tmp_path]):
        found = collect(paths)
        assert keys(found) == [("ada", "softmax"), ("bob", "softmax"), ("softmax.py", "mlp2")]
        assert told(found, tmp_path) == {
            "Softmax.py": "looks like softmax, but is not called softmax.py",
            "cleo/hw/softmax.py": "looks like softmax, but lies in the folder 'hw'",
            "dan": "holds no submission",
        }
        assert ignored(found, tmp_path) == ["README.md", "dan/x"]
    assert keys(collect(sorted(tmp_path.iterdir()), ["mlp2"])) == [
        *[("ada", "mlp2?"), ("bob", "mlp2?"), ("cleo", "mlp2?"), ("dan", "mlp2?")],
        ("softmax.py", "mlp2"),
    ]
    one = collect([tmp_path / "ada"])
    assert keys(one) == [("", "softmax")], "one path is one person, who needs no name"


def test_a_person_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "ada/softmax.py", "bob/softmax.py")
    monkeypatch.chdir(tmp_path / "ada")
    found = collect([Path(), Path("../bob")])
    assert keys(found) == [("ada", "softmax"), ("bob", "softmax")]


# --- layouts, and what is asked for


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
    write(tmp_path, "Softmax_cleo.py", "softmax_dan.ipynb", "softmax.py", "erin/softmax_erin.py")
    for paths in (sorted(tmp_path.iterdir()), [tmp_path]):
        found = collect(paths, layout="{exercise}_{who}.py")
        assert keys(found)[:2] == [("ada", "softmax"), ("bob", "softmax")]
        assert ignored(found, tmp_path)[-1] == "notes.txt"
        assert (
            dict.fromkeys(
                ("Softmax_cleo.py", "softmax_dan.ipynb", "softmax.py"),
                "looks like softmax, but does not fit --layout",
            ).items()
            <= told(found, tmp_path).items()
        )


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
    assert found.not_judged == []
    assert ignored(found, tmp_path) == ["bob/mlp2.py", "cleo/README.md"], "nobody asked for these"


@pytest.mark.parametrize("names", [["lstm_cell.py"], ["smax.py"], ["x/y.py", "mlp2.py"]])
def test_one_persons_missing_submission(tmp_path: Path, names: list[str]) -> None:
    write(tmp_path, *names)
    assert keys(collect([tmp_path], ["softmax"])) == [("", "softmax?")]


def test_missing_with_a_layout(tmp_path: Path) -> None:
    write(tmp_path, "ada/hw3/README", "bob/hw3/softmax.py", "cleo/x", "dan.txt")
    found = collect([tmp_path], ["softmax"], "{who}/hw3/{exercise}.py")
    assert keys(found) == [("ada", "softmax?"), ("bob", "softmax"), ("cleo", "softmax?")]
    assert list(told(collect([tmp_path], layout="{who}/hw3/{exercise}.py"), tmp_path)) == [
        *("ada", "cleo")
    ]


def test_two_submissions_of_one_person(tmp_path: Path) -> None:
    write(tmp_path, "a/ada/softmax.py", "b/ada/softmax.py")
    with pytest.raises(UserError, match="two submissions to ada: softmax: "):
        collect([tmp_path / "a", tmp_path / "b"])


def test_nothing_to_grade(tmp_path: Path) -> None:
    write(tmp_path, "notes.py")
    with pytest.raises(UserError, match="There is no submission in"):
        collect([tmp_path])
    with pytest.raises(UserError, match=r"no file hw/\{exercise\}.py of an exercise"):
        collect([tmp_path], layout="hw/{exercise}.py")
    write(tmp_path, "Softmax.py", "lstm_cell.ipynb")
    with pytest.raises(UserError, match=r"Not judged: .*Softmax.py looks like softmax, but is not"):
        collect([tmp_path])
    with pytest.raises(UserError, match=r"nowhere' cannot be read: no such file"):
        collect([tmp_path / "nowhere"])


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
        assert read(task) == os.fsencode(task.who)


def test_hostile_names_of_files(tmp_path: Path) -> None:
    write(tmp_path, "softmax_a\nb.py", "softmax_::error::.py")
    (tmp_path / os.fsdecode(b"softmax_\xff.py")).write_text("x")
    found = collect([tmp_path], layout="{exercise}_{who}.py")
    assert keys(found) == [("::error::", "softmax"), ("a\nb", "softmax"), ("\udcff", "softmax")]


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "ada/softmax.py").mkdir(parents=True)
    said = r"Not judged: .*ada/softmax\.py looks like softmax, but is a folder\."
    with pytest.raises(UserError, match=said):
        collect([tmp_path])
    found = collect([tmp_path], ["softmax"])
    assert keys(found) == [("ada", "softmax?")]
    assert told(found, tmp_path) == {"ada/softmax.py": "looks like softmax, but is a folder"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "solution.py", "subs/bob/softmax.py")
    (tmp_path / "subs/ada").mkdir()
    link = tmp_path / "subs/ada/softmax.py"
    for target in ("/dev/zero", "../../solution.py", "../bob/softmax.py", "nowhere", "softmax.py"):
        link.symlink_to(target)
        found = collect([tmp_path / "subs"])
        assert keys(found) == [("ada", "softmax"), ("bob", "softmax")]
        said = read(found.tasks[0])
        assert isinstance(said, Problem)
        assert (said.kind, said.message) == ("file", "softmax.py is a symbolic link.")
        assert read(found.tasks[1]) == b"# subs/bob/softmax.py\n"
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
    assert read(given.tasks[0]) == b"# outside/softmax.py\n", "the path itself may be one"


def test_a_circle_of_links_and_a_deep_nest_end(tmp_path: Path) -> None:
    write(tmp_path, "ada/softmax.py")
    (tmp_path / "ada/loop").symlink_to(".")
    (tmp_path / "self").symlink_to("self")
    with a_deep_nest(tmp_path / "ada"):
        found = collect([tmp_path])
    assert keys(found) == [("ada", "softmax")]
    assert len(found.unrelated) == 3, "loop, self and the nest"


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
    assert read(found.tasks[0]) == b"#" * MAX_SOURCE
    with path.open("r+b") as file:
        file.truncate(1 << 40)
    assert problem(found).message == "softmax.py is larger than 1 MiB, which no solution is."


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    write(tmp_path, "softmax.py")
    found = collect([tmp_path])
    (tmp_path / "softmax.py").unlink()
    assert problem(found).message == "softmax.py does not exist."


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """A folder that anyone may look into, and a test that does not run as root."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        user = os.geteuid()
        yield Path(name)
        if user == 0:
            os.seteuid(0)
        for path in [*Path(name).iterdir(), *Path(name).glob("*/*")]:
            path.chmod(0o755)


def become_ordinary() -> None:
    """Give up root's right to read everything, until the end of the test."""
    if os.geteuid() == 0:
        os.seteuid(65534)


def test_what_may_not_be_read(ordinary: Path) -> None:
    write(ordinary, "ada/softmax.py", "bob/softmax.py", "cleo/softmax.py", "dan/x/softmax.py")
    (ordinary / "ada/softmax.py").chmod(0)
    (ordinary / "bob").chmod(0)
    (ordinary / "cleo").chmod(0o444)  # its names, but nothing else
    (ordinary / "dan/x").chmod(0)
    become_ordinary()
    found = collect([ordinary])
    assert keys(found) == [("ada", "softmax"), ("cleo", "softmax")]
    why = "cannot be looked into: permission denied"
    assert told(found, ordinary) == {"bob": why, "dan/x": why}
    for task in found.tasks:
        said = read(task)
        assert isinstance(said, Problem)
        assert said.message == "softmax.py cannot be read: permission denied."
    found = collect([ordinary], ["softmax"])
    assert keys(found) == [("ada", "softmax"), ("cleo", "softmax"), ("dan", "softmax?")]
    assert len(found.not_judged) == 2, "nobody knows whether bob's is missing"
    with pytest.raises(UserError, match="cannot be read: permission denied"):
        collect([ordinary / "bob"])
