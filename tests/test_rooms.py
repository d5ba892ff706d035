"""The rooms of the house: who may import what, and what the commands do not load."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import dlprep
from dlprep.catalog import HOME

PACKAGE = Path(dlprep.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 500

# Each room, and the rooms that it may import beside itself. Two stand before the design's table:
# the package itself ("": its version, and a command as the user types it), `errors` (the two
# exceptions that become exit codes), `files` and `typed`.
GROUND = {"", "errors", "files", "typed", "text"}
ROOMS: dict[str, set[str]] = {
    "": set(),
    "errors": set(),
    "files": {"", "errors"},
    "typed": set(),
    "text": set(),
    "verdict": GROUND,
    "api": GROUND,
    "catalog": GROUND,
    "variants": GROUND | {"catalog"},
    "sandbox": {""},
    "checks": GROUND,
    "judge": GROUND | {"verdict", "api", "catalog", "variants", "sandbox", "checks"},
    "authoring": GROUND | {"verdict", "api", "catalog", "variants", "sandbox", "judge"},
    "grading": GROUND | {"verdict", "catalog", "sandbox", "judge", "render"},
    "practice": GROUND | {"verdict", "catalog", "judge"},
    "render": GROUND | {"verdict", "catalog", "variants", "authoring", "practice"},
    "watch": GROUND | {"verdict", "catalog", "judge", "practice", "render"},
}
ANYTHING = {"cli", "__main__"}
TYPING = {("sandbox", "api")}  # for annotations alone: a worker is started before all else

THIRD_PARTY: dict[str, set[str]] = {
    "numpy": {"checks", "sandbox", "judge", "authoring"},
    "pytest": {"judge", "checks"},
    "prompt_toolkit": {"render"},
    "rich": {"render"},
    "typer": {"cli"},
    "distributed": {"grading"},
    "fsrs": {"practice"},
}


@dataclass(frozen=True)
class Import:
    """One import: of a room, when it is one of ours, or of another package."""

    path: Path
    line: int
    room: str | None
    package: str
    typing: bool

    def __str__(self) -> str:
        what = self.package if self.room is None else f"dlprep.{self.room}"
        return f"{self.path.relative_to(PACKAGE)}:{self.line} imports {what}"


def room_of(path: Path) -> str:
    """The room that a module belongs to."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imports(path: Path) -> Iterator[Import]:
    """All imports of a module, wherever they stand in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            room = None
            if package == "dlprep":
                room = rest.partition(".")[0]
                room = room if room in ROOMS.keys() | ANYTHING else ""
            yield Import(path, node.lineno, room, package, id(node) in for_typing)


ALL = [found for path in MODULES for found in imports(path)]


def test_every_module_belongs_to_a_room() -> None:
    assert {room_of(path) for path in MODULES} == ROOMS.keys() | ANYTHING
    assert len(ALL) > 200


def test_each_room_imports_what_it_may() -> None:
    wrong = [
        str(found)
        for found in ALL
        if (room := room_of(found.path)) not in ANYTHING
        and found.room not in (None, room, *ROOMS[room])
        and not (found.typing and (room, found.room) in TYPING)
    ]
    assert wrong == []


def test_other_packages_are_imported_where_they_belong() -> None:
    own = {path.stem for path in (PACKAGE / "sandbox").glob("*.py")}  # the worker's, by bare name
    wrong = [
        str(found)
        for found in ALL
        if found.room is None
        and found.package not in sys.stdlib_module_names
        and room_of(found.path) not in THIRD_PARTY.get(found.package, ())
        and not (room_of(found.path) == "sandbox" and found.package in own)
    ]
    assert wrong == []


def reached_by(siblings: set[str]) -> set[str]:
    """What these modules of the sandbox import, beside the standard library."""
    files = [path for path in MODULES if path.parent.name == "sandbox" and path.stem in siblings]
    assert len(files) == len(siblings)
    return {
        found.package for path in files for found in imports(path) if not found.typing
    } - sys.stdlib_module_names


def test_the_worker_reaches_nothing_but_its_own_room() -> None:
    """It runs isolated, where the package cannot be imported: bare names, and NumPy."""
    siblings = {"worker", "requests", "wire", "lock", "landlock", "seccomp"}
    siblings |= {"imports", "loops", "purity"}
    reached = reached_by(siblings)
    assert reached <= {"numpy", "dlprep", *siblings}  # dlprep: under `if __package__`


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Not even for annotations: what knows each other belongs together."""
    names = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in MODULES}
    names = {name.removesuffix(".__init__") for name in names}
    try:
        TopologicalSorter({name: imported(name) for name in names}).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def imported(name: str) -> set[str]:
    """The modules of ours that a module imports, wherever in it."""
    path = PACKAGE.parent / Path(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {one for one in inner if is_module(one)}
            found |= modules | (set() if modules == inner else {node.module})
    return {one for one in found if one.startswith("dlprep")} - {name}


def is_module(name: str) -> bool:
    path = PACKAGE.parent / Path(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_no_two_modules_have_one_name() -> None:
    """A command's module is named like the command, and a page's ends in ``_page``."""
    inside = [path for path in MODULES if path.parent.name != "cli"]
    names = Counter(path.stem for path in inside if path.stem not in ("__init__", "__main__"))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_types_have_one_name() -> None:
    names = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MAX_LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text or ast.get_docstring(ast.parse(text))


SOLUTIONS = sorted((HOME / "solutions").glob("*/reference.py")) + sorted(
    (HOME / "solutions").glob("*/accepted/*.py")
)


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: f"{path.parts[-2]}-{path.stem}")
def test_a_solution_imports_numpy_and_the_standard_library_alone(path: Path) -> None:
    packages = {found.package for found in imports(path)}
    assert packages - sys.stdlib_module_names <= {"numpy"}


def loaded(code: str, folder: Path) -> set[str]:
    """The modules that a new process has loaded after ``code``."""
    report = "print('loaded', *sorted(__import__('sys').modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    last = done.stdout.splitlines()[-1].split()
    assert last[0] == "loaded"
    return set(last[1:])


def test_dask_is_one_modules_and_loaded_late(tmp_path: Path) -> None:
    modules = {found.path for found in ALL if found.package == "distributed"}
    assert modules == {PACKAGE / "grading/cluster.py"}
    assert "distributed" not in loaded("import dlprep.cli.grade, dlprep.grading.cluster", tmp_path)


def test_the_full_screen_is_one_modules_and_loaded_late(tmp_path: Path) -> None:
    modules = {found.path for found in ALL if found.package == "prompt_toolkit"}
    assert modules == {PACKAGE / "render/screen.py"}
    assert "prompt_toolkit" not in loaded("import dlprep.cli.practise, dlprep.render", tmp_path)


def test_the_command_line_loads_nothing_heavy(tmp_path: Path) -> None:
    modules = loaded("import dlprep.cli", tmp_path)
    assert "typer" in modules
    assert modules & {"numpy", "pytest", "rich", "sqlite3"} == set()


COMMAND = """
import sys
sys.argv = ["dlprep", *{arguments!r}]
from dlprep.__main__ import main
try:
    main()
except SystemExit as end:
    assert end.code in (None, 0), end.code
"""


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["list"], {"numpy", "pytest", "fsrs", "sqlite3"}),
        (["list", "--json"], {"numpy", "pytest", "rich", "fsrs"}),
        (["next"], {"numpy", "pytest", "sqlite3"}),
        (["next", "--json"], {"numpy", "pytest", "rich"}),
        (["review"], {"numpy", "pytest"}),
        (["review", "--json"], {"numpy", "pytest", "rich"}),
        (["stats"], {"numpy", "pytest", "fsrs"}),
        (["stats", "--json"], {"numpy", "pytest", "rich", "fsrs"}),
        (["start", "softmax"], {"numpy", "pytest", "sqlite3"}),
        (["show", "softmax"], {"numpy", "pytest"}),
        (["--help"], {"numpy", "pytest", "sqlite3"}),
        (["--version"], {"numpy", "pytest", "rich", "sqlite3"}),
    ],
)
def test_a_command_loads_what_it_needs(
    tmp_path: Path, arguments: list[str], unneeded: set[str]
) -> None:
    modules = loaded(COMMAND.format(arguments=arguments), tmp_path)
    assert "dlprep.cli" in modules
    assert modules & unneeded == set()
