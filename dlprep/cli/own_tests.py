"""The command test: a user's own tests, scored."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from dlprep import command
from dlprep.catalog import Exercise
from dlprep.cli.shared import (
    NOT_PASSED,
    AsJson,
    OptionalName,
    errors,
    find_exercise,
    note,
    print_json,
    workspace_here,
)
from dlprep.errors import UserError


def own_tests(name: OptionalName = None, as_json: AsJson = False) -> None:
    """Score your own tests by the known mistakes that they catch.

    Write them beside EX.py into test_EX.py, in plain pytest. For softmax:

    \b
        import numpy as np
        from softmax import softmax
    \b
        def test_one_row():
            x = np.array([0.0, np.log(3)])
            np.testing.assert_allclose(softmax(x), [0.25, 0.75])

    Each test must pass on every right solution, or it does not count. A mistake is caught when a
    test that counts fails on it.

    Exit code: 0 all pass and all mistakes are caught, 1 not so, 2 wrong use.

    Example: dlprep test softmax
    """
    from dlprep.practice.workspace import read_submission

    with errors():
        exercise = find_exercise(name)
        workspace = workspace_here()
        path = workspace.file(exercise)
        tests = _read_tests(exercise, workspace.tests(exercise))
        own = read_submission(path) if os.path.lexists(path) else None
        from dlprep.judge.own_tests import score_tests
        from dlprep.practice.record import RecordError
        from dlprep.render import make_console
        from dlprep.render.own_tests_page import own_tests_page

        score = score_tests(exercise, tests, own)
        try:
            caught, total = score.caught, len(score.mistakes)
            workspace.record.add("tested", exercise.slug, tests, passing=caught, total=total)
        except RecordError as error:
            note(str(error))
        if as_json:
            print_json(score.to_json())
        else:
            own_tests_page(score, make_console())
    raise typer.Exit(0 if score.complete else NOT_PASSED)


def _read_tests(exercise: Exercise, path: Path) -> bytes:
    """The user's tests; ``UserError`` with an example of them if there are none."""
    from dlprep.api import read_api
    from dlprep.practice.workspace import read_submission

    if os.path.lexists(path):
        return read_submission(path)
    first = next(iter(read_api(exercise.stub.read_text(encoding="utf-8")).values()))
    example = f"np.testing.assert_allclose({first}, ...)"
    if first.name[0].isupper():  # a class
        example = f"made = {first}\n        assert made. ..."
    said = f"""There is no {path.name} in {path.parent}. Write your tests into it, in plain pytest:

    import numpy as np
    from {exercise.slug} import {first.name}

    def test_a_case_that_i_worked_out():
        {example}

Then: {command(f"test {exercise.slug}")}"""
    if not os.path.lexists(path.with_name(f"{exercise.slug}.py")):
        said += f"\nThe exercise itself begins with: {command(f'start {exercise.slug}')}"
    raise UserError(said)
