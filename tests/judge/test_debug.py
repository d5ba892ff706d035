"""A case on the user's own file, in this process: the verdict is that of a worker."""

from __future__ import annotations

import io
import sys
import threading
import warnings
from bdb import BdbQuit
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlprep import catalog
from dlprep.authoring.new import new_exercise
from dlprep.catalog import Exercise
from dlprep.judge.debug import debug
from dlprep.variants import Mistake, read_variants
from dlprep.verdict import Verdict

SOFTMAX = catalog.find("softmax")
RIGHT = SOFTMAX.reference.read_text(encoding="utf-8")
WRONG = RIGHT.replace(" - x.max(axis=axis, keepdims=True)", "")

Debug = Callable[..., Verdict]


@pytest.fixture
def debug_text(tmp_path: Path) -> Debug:
    """``debug_text(text)``: the verdict on softmax, or on another exercise."""

    def run(
        text: str, case: str | None = None, exercise: Exercise = SOFTMAX, seed: int = 1
    ) -> Verdict:
        path = tmp_path / f"{exercise.slug}.py"
        path.write_text(text, encoding="utf-8")
        return debug(exercise, path, path.read_bytes(), seed=seed, case=case)

    return run


def with_line(line: str) -> str:
    """The right softmax with a line at its beginning."""
    return RIGHT.replace("    e = ", f"    {line}\n    e = ", 1)


# every exercise: calls with callables, iterators, objects with operators, held values …


@pytest.mark.parametrize("slug", catalog.slugs())
def test_a_reference_passes_and_a_mistake_does_not(debug_text: Debug, slug: str) -> None:
    exercise = catalog.find(slug)
    right = debug_text(exercise.reference.read_text(encoding="utf-8"), exercise=exercise)
    assert right.status == "passed"
    assert right.passing == len(right.core) > 0
    assert_caught(debug_text, exercise, read_variants(exercise).mistakes[0])


@pytest.mark.nightly
@pytest.mark.parametrize("slug", catalog.slugs())
def test_every_listed_mistake_fails_its_case(debug_text: Debug, slug: str) -> None:
    exercise = catalog.find(slug)
    for mistake in read_variants(exercise).mistakes:
        assert_caught(debug_text, exercise, mistake)


def assert_caught(debug_text: Debug, exercise: Exercise, mistake: Mistake) -> None:
    verdict = debug_text(mistake.source, case=mistake.caught_by, exercise=exercise)
    assert verdict.problem is None
    assert bool(verdict.failing) is not mistake.costs_only, mistake.name  # costs are not counted


@pytest.fixture(autouse=True)
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Python shows of warnings, at which places of the user's file."""
    shown: list[str] = []

    def show(message: Warning, _: type[Warning], file: str, line: int, *__: object) -> None:
        shown.append(f"{Path(file).name}:{line} {message}")

    monkeypatch.setattr(warnings, "showwarning", show)
    return shown


def test_the_finding_is_that_of_a_worker(debug_text: Debug, verdict_on: Debug) -> None:
    for text in (WRONG, with_line("x += x"), with_line("raise OSError('no')"), "softmax = len\n"):
        here, there = debug_text(text), verdict_on(SOFTMAX, text)
        found = there.failing[0]
        if text is WRONG:  # the place is that of a warning, which Python shows here
            assert found.location is not None
            found = replace(found, location=None)
        assert here.failing[0] == found
        assert here.mistakes == ()
        assert here.isolation == ""
    assert [case.status for case in here.cases][:-1] == ["passed"] * (len(here.cases) - 1)


def test_python_shows_the_warnings_of_the_file_but_not_those_of_the_case(
    debug_text: Debug, double: Callable[[str], Exercise], warned: list[str]
) -> None:
    case = "np.ones(1) / 0; check_values(submission.double(lambda: np.ones(1) / 0), 4.0)"
    text = "import numpy as np\ndef double(x):\n    x()\n    np.log([0.0])\n    return 4.0\n"
    verdict = debug_text(text, exercise=double(case))
    assert verdict.status == "passed"
    assert warned == ["double_it.py:4 divide by zero encountered in log"]


# what a user has here that a worker has not


def test_it_runs_on_this_thread_with_this_input_and_output(
    debug_text: Debug, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("me\n"))
    line = "import threading; print(input('who? '), threading.current_thread().name)"
    verdict = debug_text(with_line(line), case="one_row")
    assert verdict.status == "passed"
    assert verdict.cases[0].printed == ""
    assert capsys.readouterr().out == f"who? me {threading.current_thread().name}\n"


def test_there_is_no_deadline(debug_text: Debug) -> None:
    hasty = replace(SOFTMAX, seconds=1e-3)
    slow = with_line("import time; time.sleep(0.05)")
    assert debug_text(slow, case="other_axis", exercise=hasty).passing == 3


def test_the_file_can_import_its_neighbours_and_shadows_nothing(
    debug_text: Debug, tmp_path: Path
) -> None:
    (tmp_path / "my_helper.py").write_text("import softmax\nhalf = 0.5\n")
    (tmp_path / "random.py").write_text("raise SystemExit('planted')\n")
    before = list(sys.path), set(sys.modules)
    text = with_line(
        "import my_helper, random, sys; assert my_helper.softmax is sys.modules[__name__]"
    )
    assert debug_text(text + "assert __file__.endswith('softmax.py')\n").status == "passed"
    assert sys.path == before[0]
    assert set(sys.modules) - before[1] == {"my_helper"}
    del sys.modules["my_helper"]


def test_a_file_named_like_a_module_of_python_is_not_taken_for_it(
    debug_text: Debug, tmp_path: Path
) -> None:
    new_exercise("statistics", tmp_path / "home")
    exercise = catalog.read("statistics", tmp_path / "home")
    text = exercise.reference.read_text(encoding="utf-8")
    text += "import statistics\nassert statistics.mean([1, 3]) == 2\n"
    assert debug_text(text, exercise=exercise).status == "passed"


@pytest.fixture
def double(tmp_path: Path) -> Callable[[str], Exercise]:
    """``double(case)``: an exercise with this one hidden case."""

    def make(case: str) -> Exercise:
        new_exercise("double_it", tmp_path / "home")
        exercise = catalog.read("double_it", tmp_path / "home")
        head = "import numpy as np\nfrom dlprep.checks import check_memory, check_values\n"
        exercise.cases.write_text(f"{head}def test_it(submission):\n    {case}\n")
        return exercise

    return make


def test_what_the_case_holds_is_not_what_the_file_holds(
    debug_text: Debug, double: Callable[[str], Exercise]
) -> None:
    calls = "x = np.ones(2); a, _ = submission.double(x), submission.double(0 * x)"
    exercise = double(f"{calls}; check_values(a, 2 * x)")
    text = "import numpy as np\ny = np.empty(2)\ndef double(x):\n    y[:] = 2 * x\n    return y\n"
    [case] = debug_text(text, exercise=exercise).cases  # as in a worker, its values are right
    lost = "the result of an earlier call was overwritten by the call"
    assert (case.kind, case.findings[0].text) == ("purity", lost)


# debuggers


def test_a_breakpoint_stops_once_in_a_call_that_is_measured(
    debug_text: Debug, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = catalog.find("conv_im2col")
    text = exercise.reference.read_text(encoding="utf-8").replace(
        "    return cols.reshape", "    breakpoint()\n    print(N)\n    return cols.reshape", 1
    )
    stops: list[int] = []

    def stop(*_: object, **__: object) -> None:
        stops.append(sys._getframe(1).f_lineno)
        sys.settrace(None)  # as pdb does when one goes on

    monkeypatch.setattr(sys, "breakpointhook", stop)
    tracer = sys.gettrace()
    try:
        verdict = debug_text(text, case="no_loop_over_images", exercise=exercise)
    finally:
        sys.settrace(tracer)
    assert verdict.status == "passed"
    assert stops == [text.splitlines().index("    breakpoint()") + 1] * 6  # three calls by conv2d
    assert capsys.readouterr().out == "2\n2\n64\n2\n2\n64\n"  # the first one warms up


def test_a_tracer_sees_the_lines_of_the_file_and_stays(debug_text: Debug, tmp_path: Path) -> None:
    exercise = catalog.find("conv_im2col")
    seen: set[int] = set()

    def trace(frame: Any, event: str, _: Any) -> Any:
        if frame.f_code.co_filename == str(tmp_path / "conv_im2col.py") and event == "line":
            seen.add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        text = exercise.reference.read_text(encoding="utf-8")
        verdict = debug_text(text, case="no_loop_over_images", exercise=exercise)
        after = sys.gettrace()
    finally:
        sys.settrace(before)
    assert verdict.status == "passed"
    assert after is trace
    last = next(n for n, line in enumerate(text.splitlines(), 1) if "return cols.resh" in line)
    assert last in seen


def test_a_call_whose_memory_is_measured_is_traced_once(
    debug_text: Debug, double: Callable[[str], Exercise]
) -> None:
    exercise = double(
        "check_memory(submission.double, np.ones(4), expected=2 * np.ones(4), mebibytes=1, why='')"
    )
    calls: list[float] = []

    def trace(frame: Any, event: str, _: Any) -> None:
        if frame.f_code.co_name == "double":
            calls.append(frame.f_locals["x"].sum())

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        verdict = debug_text("def double(x):\n    return x * 2\n", exercise=exercise)
    finally:
        sys.settrace(before)
    assert verdict.status == "passed"
    assert calls == [4.0]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("import bdb; raise bdb.BdbQuit", BdbQuit),  # pdb up to Python 3.13
        ("exec('raise SystemExit', {'__name__': 'pdb'})", BdbQuit),  # and from then on
        ("raise KeyboardInterrupt", KeyboardInterrupt),
    ],
)
def test_to_leave_a_debugger_leaves_the_case(
    debug_text: Debug, line: str, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        debug_text(with_line(line))
    assert debug_text(RIGHT).status == "passed"


def test_a_file_that_ends_the_program_is_told_as_in_a_worker(debug_text: Debug) -> None:
    verdict = debug_text(with_line("raise SystemExit(3)"))
    assert (
        verdict.failing[0].findings[0].label,
        verdict.failing[0].findings[0].text,
    ) == ("raised", "SystemExit: 3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1 / 0\n", "softmax.py raises ZeroDivisionError: division by zero when it is loaded."),
        ("def f(:\n", "softmax.py is not valid Python: invalid syntax."),
        ("\n", "softmax.py is empty."),
        ("x = 1\n", "softmax.py does not define softmax."),
    ],
)
def test_a_file_that_does_not_load(debug_text: Debug, text: str, message: str) -> None:
    verdict = debug_text(text)
    assert verdict.problem is not None
    assert (verdict.status, verdict.problem.message) == ("error", message)
