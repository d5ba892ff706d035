"""Verdicts of every kind, built by hand, and each format's report of them.

``python tests/grading/format_examples.py`` rewrites the golden reports.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from dlprep.grading.formats import FORMATS, GitHub, RunInfo
from dlprep.grading.model import Feedback, Graded
from dlprep.model import CaseResult, Finding, Location, NamedMistake, Problem, Verdict

GOLDEN = Path(__file__).parent.parent / "golden" / "formats"
FEEDBACK: tuple[Feedback, ...] = ("full", "labels", "score")
SUFFIX = {
    "table": "txt",
    "jsonl": "jsonl",
    "junit": "xml",
    "gradescope": "json",
    "github": "txt",
    "exercism": "json",
    "csv": "csv",
}

ROWS = CaseResult("rows_sum_to_one", "rows sum to one", "passed")
AXIS = CaseResult("any_axis[last]", "normalises along any axis (last)", "passed")
WARNED = CaseResult(
    "stays_finite",
    "stays finite for large logits",
    "passed",
    printed="debug 1\ndebug 2\n",
    advice=(Location(14, "    e = np.exp(logits)", "RuntimeWarning: overflow encountered in exp"),),
)
NAN = CaseResult(
    "stays_finite",
    "stays finite for large logits",
    "failed",
    "values",
    "softmax([[1000., 1001., 1002.]], axis=-1)",
    (
        Finding("got", "[[nan nan nan]\n [nan nan nan]]"),
        Finding("expected", "[[0.0900 0.2447 0.6652]\n [0.0900 0.2447 0.6652]]"),
        Finding("worst at", "[0, 0]: nan where 0.0900 was expected"),
    ),
    Location(14, "    e = np.exp(logits)", "RuntimeWarning: overflow encountered in exp"),
    printed="x = 1000.0\n",
)
RAISED = CaseResult(
    "backward",
    "the backward returns the gradient",
    "failed",
    "exception",
    "softmax_backward(dout, y)",
    (Finding("raised", "ValueError: shapes (3,) (2,) <not> aligned & 100% wrong"),),
    Location(9, "\treturn e / e.sum(axis)"),
)
ENDLESS = CaseResult(
    "long_rows",
    "handles long rows",
    "error",
    "timeout",
    "softmax(x: float64(2, 100000))",
    (Finding("stopped", "no answer within 5 s: is there an endless loop?"),),
    Location(21, "    while i < n:"),
)
NOT_RUN = CaseResult("last", "handles float16", "not run")
SUBTRACT = NamedMistake(
    "softmax", "no max subtraction", "You forgot the max subtraction: exp overflows near 710."
)
SYNTAX = Problem(
    "syntax",
    "softmax.py is not valid Python: '(' was never closed.",
    Location(7, "\te = np.exp(logits - logits.max(axis=axis)", column=12),
    "Close it.",
)
FAULT = Problem(
    "fault", "The cases of softmax went wrong: KeyError: 'x'.", help="A bug of the exercise."
)


def a_verdict(
    status: str, *cases: CaseResult, exercise: str = "softmax", **changes: object
) -> Verdict:
    fields = {"seed": 2407, "seconds": 0.2146, "isolation": "full", **changes}
    return Verdict(exercise, f"{exercise}.py", status, cases=cases, **fields)  # type: ignore[arg-type]


def graded(who: str, verdict: Verdict | None, exercise: str = "softmax") -> Graded:
    exercise = verdict.exercise if verdict else exercise
    return Graded(who, exercise, f"submissions/{who}/{exercise}.py", verdict)


PASSED = graded("ann", a_verdict("passed", ROWS, AXIS, WARNED))
FAILED = graded("bob", a_verdict("failed", ROWS, NAN, RAISED, mistakes=(SUBTRACT,)))
UNREADABLE = graded("carol", a_verdict("error", problem=SYNTAX, printed="hello\n"))
STOPPED = graded("dave", a_verdict("error", ROWS, ENDLESS, NOT_RUN, seconds=5.2))
MISSING = graded("erin", None)
FAULTY = graded("frank", a_verdict("fault", problem=FAULT))
OTHER = graded("ann", a_verdict("failed", RAISED, ROWS, exercise="lstm_cell"))
MANY = (PASSED, FAILED, UNREADABLE, STOPPED, MISSING, FAULTY, OTHER)
ONE_STUDENT = (
    PASSED,
    OTHER,
    graded("ann", a_verdict("error", exercise="adam_step", problem=SYNTAX)),
    graded("ann", None, "mlp2"),
)


def a_run(feedback: Feedback = "full", **changes: object) -> RunInfo:
    fields = {"seed": 2407, "points": 10.0, "isolation": "full", "version": "0.1.0", **changes}
    return RunInfo(feedback=feedback, started="2026-11-21T10:00:00+00:00", **fields)  # type: ignore[arg-type]


def report(name: str, some: Sequence[Graded], run: RunInfo | None = None) -> str:
    """What a format writes."""
    stream = io.StringIO()
    writer = FORMATS[name](stream, run or a_run())
    for one in some:
        writer.add(one)
    writer.close()
    return stream.getvalue()


def summary(some: Sequence[Graded], run: RunInfo | None = None) -> str:
    """The step summary that GitHub gets."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "summary.md"
        writer = GitHub(io.StringIO(), run or a_run(), path)
        for one in some:
            writer.add(one)
        writer.close()
        return path.read_text(encoding="utf-8")


def suited(name: str) -> Sequence[Graded]:
    """The most that a format has room for."""
    return {"gradescope": ONE_STUDENT, "exercism": (FAILED,)}.get(name, MANY)


def golden_reports() -> Iterator[tuple[str, str]]:
    """Each golden file's name and text."""
    for feedback in FEEDBACK:
        run = a_run(feedback)
        for name in FORMATS:
            yield f"{name}-{feedback}.{SUFFIX[name]}", report(name, suited(name), run)
        yield f"summary-{feedback}.md", summary(MANY, run)
    yield "table-one-exercise.txt", report("table", MANY[:6])
    yield "table-one-student.txt", report("table", ONE_STUDENT)
    yield "exercism-unreadable.json", report("exercism", (UNREADABLE,))


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for file_name, text in golden_reports():
        (GOLDEN / file_name).write_text(text, encoding="utf-8")
