"""A test here that asks for ``solution`` runs on the reference and on every accepted solution of
the exercise that its file is named after; ``reference`` is the former alone."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "solution" in metafunc.fixturenames:
        folder = _folder(metafunc.definition.path)
        files = [folder / "reference.py", *sorted(folder.glob("accepted/*.py"))]
        metafunc.parametrize("solution", files, ids=[file.stem for file in files], indirect=True)


@pytest.fixture
def solution(request: pytest.FixtureRequest) -> ModuleType:
    """One solution, loaded as a module of its own."""
    return _load(request.param)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> ModuleType:
    """The reference, loaded as a module of its own."""
    return _load(_folder(request.path) / "reference.py")


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch, or a skipped test where it is not installed."""
    return pytest.importorskip("torch")


def _folder(test_file: Path) -> Path:
    return SOLUTIONS / test_file.stem.removeprefix("test_")


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{file.parts[-2]}_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
