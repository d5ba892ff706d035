import ast
import doctest
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlprep.api import read_api
from dlprep.authoring.mutants import mutants
from dlprep.authoring.new import new_exercise
from dlprep.catalog import Exercise, read, slugs
from dlprep.errors import UserError
from dlprep.variants import Variants, read_variants


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    new_exercise("rms_norm", tmp_path)
    return read("rms_norm", tmp_path)


@pytest.fixture
def variants(exercise: Exercise) -> Variants:
    return read_variants(exercise)


def run(source: str, x: np.ndarray) -> np.ndarray:
    names: dict[str, Any] = {}
    exec(compile(source, "<variant>", "exec"), names)
    return names["double"](x)


def test_writes_the_files_of_an_exercise_and_returns_them(tmp_path: Path) -> None:
    written = new_exercise("rms_norm", tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "exercises/rms_norm/exercise.toml",
        "exercises/rms_norm/prompt.md",
        "exercises/rms_norm/stub.py",
        "exercises/rms_norm/test_cases.py",
        "solutions/rms_norm/accepted/loop.py",
        "solutions/rms_norm/explanation.md",
        "solutions/rms_norm/hints.toml",
        "solutions/rms_norm/oracle.py",
        "solutions/rms_norm/reference.py",
        "solutions/rms_norm/variants.toml",
    ]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == written
    assert slugs(tmp_path) == ["rms_norm"]


def test_the_stub_states_the_reference_s_api_and_does_nothing(exercise: Exercise) -> None:
    stub = exercise.stub.read_text(encoding="utf-8")
    assert read_api(stub) == read_api(exercise.reference.read_text(encoding="utf-8"))
    with pytest.raises(NotImplementedError):
        run(stub, np.ones(2))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("size", [0, 5])
def test_right_solutions_agree_and_the_mistake_does_not(
    exercise: Exercise, variants: Variants, dtype: str, size: int
) -> None:
    x = np.arange(1, size + 1).astype(dtype)
    reference = run(exercise.reference.read_text(encoding="utf-8"), x)
    assert reference.dtype == dtype
    assert np.array_equal(reference, np.concatenate([x, x]).reshape(2, size).sum(axis=0))
    assert len(variants.accepted) == 3
    for accepted in variants.accepted:
        result = run(accepted.source, x)
        assert result.dtype == dtype, accepted.name
        assert np.array_equal(result, reference), accepted.name
        assert not np.shares_memory(result, x), accepted.name
    [mistake] = variants.mistakes
    assert len(mistake.spellings) == 2
    for spelling in mistake.spellings:
        assert np.array_equal(run(spelling.source, x), reference) == (size == 0)


def test_the_polished_solution_alone_makes_floats_of_integers(variants: Variants) -> None:
    dtypes = {one.polished: run(one.source, np.arange(3)).dtype for one in variants.accepted}
    assert dtypes == {True: np.dtype(float), False: np.dtype(int)}


def test_every_mutant_of_the_reference_is_wrong(exercise: Exercise) -> None:
    x = np.random.default_rng(0).normal(size=5)
    found = mutants(exercise.reference.read_text(encoding="utf-8"))
    assert len(found) > 4
    for mutant in found:
        result = run(mutant.source, x)
        same = isinstance(result, np.ndarray) and result.dtype == x.dtype
        assert not (same and np.array_equal(result, 2 * x)), mutant.id


def test_every_case_has_a_label_and_one_of_them_catches_the_mistake(
    exercise: Exercise, variants: Variants
) -> None:
    module = ast.parse(exercise.cases.read_text(encoding="utf-8"))
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    cases = [one for one in functions if not one.decorator_list]
    assert len(functions) == len(cases) + 1, "and a contrast"
    assert all(ast.get_docstring(case) for case in cases)
    assert variants.mistakes[0].caught_by in {case.name for case in cases}


def test_the_prompt_s_example_is_true(exercise: Exercise) -> None:
    text = exercise.prompt.read_text(encoding="utf-8").replace("```", "\n")
    names = runpy.run_path(str(exercise.reference))
    example = doctest.DocTestParser().get_doctest(text, names, "prompt", None, None)
    assert doctest.DocTestRunner().run(example) == doctest.TestResults(failed=0, attempted=1)


@pytest.mark.parametrize(
    "slug", ["", "LSTM", "lstm-cell", "2d", "_x", "a b", "../x", "lambda", "é", "x\n", "x.py"]
)
def test_a_bad_name_is_refused_and_nothing_is_written(slug: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        new_exercise(slug, tmp_path)
    assert str(refusal.value) == (
        f"{slug!r} cannot name an exercise: take lower-case letters, digits and _, a letter"
        " first (lstm_cell), and no keyword of Python"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", ["exercises", "solutions"])
def test_an_existing_folder_is_refused_and_left_alone(room: str, tmp_path: Path) -> None:
    folder = tmp_path / room / "rms_norm"
    folder.mkdir(parents=True)
    with pytest.raises(UserError) as refusal:
        new_exercise("rms_norm", tmp_path)
    assert str(refusal.value) == f"{folder} exists already: choose another name, or delete it"
    assert list(tmp_path.rglob("*")) == [folder.parent, folder]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "solutions").write_text("a file")
    with pytest.raises(UserError, match=r"solutions.* cannot be written: Not a directory"):
        new_exercise("rms_norm", tmp_path)
