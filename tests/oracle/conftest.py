"""A test here that asks for ``solution`` runs on the reference and on every accepted solution of
the exercise that its file is named after."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "solution" in metafunc.fixturenames:
        folder = SOLUTIONS / metafunc.definition.path.stem.removeprefix("test_")
        files = [folder / "reference.py", *sorted(folder.glob("accepted/*.py"))]
        metafunc.parametrize("solution", files, ids=[file.stem for file in files], indirect=True)


@pytest.fixture
def solution(request: pytest.FixtureRequest) -> ModuleType:
    """One solution, loaded as a module of its own."""
    file: Path = request.param
    spec = importlib.util.spec_from_file_location(f"{file.parts[-2]}_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch, or a skipped test where it is not installed."""
    return pytest.importorskip("torch")
