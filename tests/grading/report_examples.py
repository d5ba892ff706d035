"""Verdicts of every kind, built by hand, and the reports of them.

``python tests/grading/report_examples.py`` rewrites the golden reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from dlprep.grading import Feedback, Graded, NotJudged, Results, Run, Versions
from dlprep.grading.log import SCHEMA
from dlprep.grading.reports import REPORTS
from dlprep.grading.reports.by_case import summary
from dlprep.verdict import CaseResult, Contrast, Finding, Location, NamedMistake, Problem, Verdict

GOLDEN = Path(__file__).parent.parent / "golden" / "reports"
FEEDBACK: tuple[Feedback, ...] = ("full", "labels", "score")
SUFFIX = {
    "table": "txt",
    "jsonl": "jsonl",
    "junit": "xml",
    "gradescope": "json",
    "github": "txt",
    "csv": "csv",
    "summary": "md",
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
    "softmax",
    "no max subtraction",
    "You forgot the max subtraction: exp overflows near 710.",
    "stays_finite",
)
FLOAT32 = CaseResult(
    "conventions[float32]",
    "keeps float32",
    "failed",
    "dtype",
    "softmax(x: float32(3, 5))",
    (
        Finding("got", "dtype float64"),
        Finding("expected", "dtype float32"),
        Finding("fix", "make arrays with dtype=x.dtype"),
    ),
    tier="polish",
)
INTEGERS = CaseResult("conventions[integers]", "takes integers", "passed", tier="polish")
CONTRASTS = (
    Contrast("softmax", "a vector", True),
    Contrast("softmax", "one row", True),
    Contrast("softmax", "axis = 0", True),
    Contrast("softmax", "large logits", False),
)
UNUSED = Location(2, "import scipy", "scipy is not there; nothing of it was used")
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
    if verdict is None:
        return Graded(who, exercise, "", None)
    file, text = f"submissions/{who}/{exercise}.py", sha256(who.encode()).hexdigest()
    return Graded(who, exercise, file, verdict, "2026-11-20T18:30:00+00:00", text)


PASSED = graded("ann", a_verdict("passed", ROWS, AXIS, WARNED))
FAILED = graded("bob", a_verdict("failed", ROWS, NAN, RAISED, mistakes=(SUBTRACT,)))
ROUGH = graded("gina", a_verdict("passed", ROWS, AXIS, FLOAT32, INTEGERS, remarks=(UNUSED,)))
POLISHED = graded("hal", a_verdict("passed", ROWS, INTEGERS))
CONTRASTED = graded(
    "ida",
    a_verdict("failed", ROWS, NAN, FLOAT32, INTEGERS, mistakes=(SUBTRACT,), contrasts=CONTRASTS),
)
UNREADABLE = graded("carol", a_verdict("error", problem=SYNTAX, printed="hello\n"))
STOPPED = graded("dave", a_verdict("error", ROWS, ENDLESS, NOT_RUN, seconds=5.2))
MISSING = graded("erin", None)
FAULTY = graded("frank", a_verdict("fault", problem=FAULT))
OTHER = graded("ann", a_verdict("failed", RAISED, ROWS, exercise="lstm_cell"))
MANY = (
    *(OTHER, PASSED, FAILED, UNREADABLE, STOPPED, MISSING, FAULTY),
    *(ROUGH, POLISHED, CONTRASTED),
)
ONE_STUDENT = (
    graded("ann", a_verdict("error", exercise="adam_step", problem=SYNTAX)),
    OTHER,
    graded("ann", None, "mlp2"),
    replace(ROUGH, who="ann"),
)
LEFT_OUT = (
    NotJudged("/home/teacher/submissions/gus/Softmax.py", "looks like softmax", "gus"),
    NotJudged("submissions/notes/softmax.txt", "looks like softmax"),
)
RUN = Run(
    schema=SCHEMA,
    seed=2407,
    timeout=None,
    isolation="full",
    started="2026-11-21T10:00:00.000+00:00",
    versions=Versions("0.1.0", "3.11", "2.4.0", "c0ffee"),
    exercises={"softmax": "5e7", "lstm_cell": "1c"},
)


def results(
    some: Iterable[Graded],
    feedback: Feedback = "full",
    points: float = 10.0,
    left_out: Iterable[NotJudged] = (),
) -> Results:
    """What a report is made of, as a log would give it."""
    shown = [one.redacted(feedback) for one in some]
    students = feedback != "full"
    return Results(lambda: shown, tuple(left_out), (RUN,), points, feedback, students)


def report(name: str, some: Iterable[Graded], *words: Any, **terms: Any) -> str:
    """A report of these, or the step summary that GitHub gets."""
    made = results(some, *words, **terms)
    return summary(made) if name == "summary" else "".join(REPORTS[name](made))


def suited(name: str) -> Sequence[Graded]:
    """The most that a format has room for."""
    return ONE_STUDENT if name == "gradescope" else MANY


def golden_reports() -> Iterator[tuple[str, str]]:
    """Each golden file's name and text."""
    for feedback in FEEDBACK:
        for name, suffix in SUFFIX.items():
            left_out = LEFT_OUT[: 1 if name == "gradescope" else 2]
            text = report(name, suited(name), feedback, left_out=left_out)
            yield f"{name}-{feedback}.{suffix}", text
    yield "table-one-exercise.txt", report("table", MANY[1:])
    yield "table-one-student.txt", report("table", ONE_STUDENT)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for file_name, text in golden_reports():
        (GOLDEN / file_name).write_text(text, encoding="utf-8")
