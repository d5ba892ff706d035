"""The command test: a user's own tests, scored."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from dlprep import command
from dlprep.catalog import Exercise
from dlprep.cli import shared
from dlprep.errors import UserError


def own_tests(name: shared.OptionalName = None, as_json: shared.AsJson = False) -> None:
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
    from dlprep.judge.own_tests import score_tests
    from dlprep.practice.workspace import read_submission
    from dlprep.render import make_console
    from dlprep.render.own_tests_page import own_tests_page

    exercise = shared.find_exercise(name)
    workspace = shared.workspace_here()
    path = workspace.file(exercise)
    own = read_submission(path) if os.path.lexists(path) else None
    if not os.path.lexists(workspace.tests(exercise)):
        raise UserError(_how_to_begin(exercise, workspace.tests(exercise), own is not None))
    tests = read_submission(workspace.tests(exercise))
    score = score_tests(exercise, tests, own)
    result = {"passing": score.caught, "total": len(score.mistakes)}
    shared.recorded(lambda record: record.add("tested", exercise.slug, tests, **result), None)
    if as_json:
        shared.print_json(score.to_json())
    else:
        own_tests_page(score, make_console())
    raise typer.Exit(0 if score.complete else shared.NOT_PASSED)


def _how_to_begin(exercise: Exercise, tests: Path, begun: bool) -> str:
    """What a user without tests is told, with an example of one."""
    from dlprep.api import read_api

    first = next(iter(read_api(exercise.stub.read_text(encoding="utf-8")).values()))
    example = f"np.testing.assert_allclose({first}, ...)"
    if first.name[0].isupper():  # a class
        example = f"made = {first}\n        assert made. ..."
    start = command(f"start {exercise.slug}")
    return f"""\
There is no {tests.name} in {tests.parent}. Write your tests into it, in plain pytest:

    import numpy as np
    from {exercise.slug} import {first.name}

    def test_a_case_that_i_worked_out():
        {example}

Then: {command(f"test {exercise.slug}")}""" + (
        "" if begun else f"\nThe exercise itself begins with: {start}"
    )
