"""Every kind of page, built by hand; ``python tests/render_pages.py`` rewrites the golden text.

The golden pages of 80 columns are a pipe's, those of 40 columns a terminal's without colour.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console

from dlprep import render
from dlprep.catalog import Exercise
from dlprep.practice.events import Event
from dlprep.practice.reviews import Advice, Grade, Review
from dlprep.practice.rounds import Round
from dlprep.practice.stats import Stats
from dlprep.render.debug_page import after_page, before_page
from dlprep.render.exercises_page import conventions_page, exercise_table, prompt_page
from dlprep.render.history_page import history_page
from dlprep.render.reviews_page import home_page, next_page, reviews_page
from dlprep.render.solution_page import hint_page, solution_page
from dlprep.render.stats_page import stats_page
from dlprep.render.verdict_page import verdict_page
from dlprep.verdict import CaseResult, Contrast, Finding, Location, NamedMistake, Problem, Verdict

GOLDEN = Path(__file__).parent / "golden" / "render"

PASSED = (
    CaseResult("rows_sum_to_one", "rows sum to one", "passed"),
    CaseResult("any_axis", "normalises along any axis", "passed"),
)
OVERFLOW = Location(14, "    e = np.exp(logits)", "RuntimeWarning: overflow encountered in exp")
NAN = CaseResult(
    "stays_finite",
    "stays finite for large logits",
    "failed",
    "values",
    "softmax([[1000., 1001., 1002.]], axis=-1)",
    (
        Finding("got", "[[ nan    nan    nan  ]]"),
        Finding("expected", "[[0.0900 0.2447 0.6652]]"),
        Finding("worst at", "[0, 0]: nan where 0.0900 was expected"),
    ),
    OVERFLOW,
)
SHAPE = CaseResult(
    "loss_is_a_scalar[one_row]",
    "returns one number for a batch",
    "failed",
    "shape",
    "mlp2_forward(X: float64(3, 5), W1: float64(5, 7), b1: float64(7,), W2: float64(7, 4), "
    "b2: float64(4,), names=['a, b', 'c'])",
    (
        Finding("got", "shape (3, 4)"),
        Finding("expected", "shape (3,)"),
        Finding("", "The last axis is still there."),
    ),
)
GRADIENT = CaseResult(
    "gradient_of_every_parameter",
    "the gradient of every parameter is right",
    "failed",
    "gradient",
    "mlp2_backward(dout, cache)",
    (
        Finding("gradient", "dW1[2, 0], the worst of 3 wrong in 12"),
        Finding("analytic", "0.4127   (yours)"),
        Finding("numeric", "0.1376   (central difference, h = 1e-05)"),
        Finding("error", "0.67 relative"),
        Finding("got", "[[ 0.4127 -1.2046  0.0031  0.9120 -0.4400  0.7781  0.0133 -2.1003]\n"
                       " [-0.0290  0.3302  1.4401 -0.9077  0.1180 -0.6604  0.2201  0.5057]]"),
        Finding("pattern", "yours = 3 × numeric, everywhere"),
        Finding("backward", "fits your own forward: only the forward needs a fix, and then this"),
    ),
)  # fmt: skip
RAISED = CaseResult(
    "integer_input",
    "accepts integers",
    "failed",
    "exception",
    "softmax([[1, 2, 3]])",
    (Finding("raised", "ValueError: operands could not be broadcast together\nwith (3,) (2,)"),),
    Location(9, "\treturn e / e.sum(axis)"),
    "\n".join(f"step {step}: loss {2.0 / (step + 1):.4f}" for step in range(210)) + "\n",
)
NONE = CaseResult(
    "backward",
    "the backward returns the gradient",
    "failed",
    "none",
    "softmax_backward(dout, y)",
    (Finding("got", "None: is a return missing?"), Finding("expected", "ndarray, float64 (3, 5)")),
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
CRASH = CaseResult(
    "empty_batch",
    "handles an empty batch",
    "error",
    "crash",
    "softmax(x: float64(0, 5))",
    (Finding("crashed", "the process died in softmax: segmentation fault"),),
)
HOSTILE = CaseResult(
    "hostile",
    "does not believe [bold]text[/bold]",
    "error",
    "exception",
    "softmax('[/red], \x1b[2J', ':smile:')",
    (Finding("raised", "KeyError: '[/bold] \x1b[2J :smile: \u202egnp.exe \ud800 \x07\x9b1m'"),),
    Location(3, "raise KeyError('[/bold] [red] \x1b[2J :smile:')", "[/dim] KeyError \x1b]0;t\x07"),
    "[/bold] [red] \x1b[2J :smile:\r\ncol\tumn\rover\x08\nPASSED ✗ ∂ 漢字\n"
    "  ::error title=forged::line\nx ##[error]forged ##vso[task.complete]\n## [ok] x[::2]\n",
)
STUBS = tuple(
    CaseResult(f"case_{n}", f"case {n}", "error", "not implemented", location=Location(
        line, "    raise NotImplementedError"))
    for n, line in enumerate((12, 12, 31, 31))
)  # fmt: skip
NOT_RUN = CaseResult("last", "handles float16", "not run")
SUBTRACT = NamedMistake(
    "softmax",
    "no max subtraction",
    "You forgot the max subtraction: exp overflows near 710. Subtract the row's maximum\n"
    "first; softmax does not change.",
    "stays_finite",
)
TRANSPOSED = NamedMistake(
    "mlp2_backward", "the gradient transposed", "You return dW1 transposed.", GRADIENT.name
)
POLISH = (
    CaseResult(
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
    ),
    CaseResult("conventions[integers]", "takes integers", "passed", tier="polish"),
    CaseResult(
        "odd_ties",
        "breaks ties like the task says",
        "failed",
        "exception",
        "softmax([0., 0.])",
        (Finding("raised", "IndexError: list index out of range"),),
        tier="polish",
    ),
    CaseResult("conventions[memory order]", "reads strided arrays", "passed", tier="polish"),
)
TIES = NamedMistake("softmax", "ties are lost", "Of two equals, take the first.", "odd_ties")
UNUSED = Location(2, "import scipy", "scipy is not there; nothing of it was used")
CONTRASTS = tuple(
    Contrast(function, name, right)
    for function, name, right in [
        ("softmax", "a vector", False),
        ("softmax", "one row", True),
        ("softmax", "axis = -1", True),
        ("loss", "one row of a loss", True),
        ("softmax", "axis = 0", True),
        ("softmax", "large logits", False),
        ("softmax", "rows far apart", False),
        ("loss", "a row of a loss", False),
    ]
)


def a_verdict(*cases: CaseResult, status: str = "failed", **changes: object) -> Verdict:
    verdict = Verdict("softmax", "softmax.py", status, 2407, 0.214, "process", cases)  # type: ignore[arg-type]
    if "exercise" in changes:
        changes["file"] = f"{changes['exercise']}.py"
    return replace(verdict, **changes)  # type: ignore[arg-type]


def a_problem(problem: Problem, status: str = "error", printed: str = "") -> Verdict:
    return a_verdict(status=status, problem=problem, printed=printed)


SEVERAL = a_verdict(*PASSED, NAN, replace(RAISED, printed="[1 2 3]\n"), *STUBS[:1], NOT_RUN)
ADVICE = tuple(replace(case, advice=(OVERFLOW,), printed="debug\n") for case in PASSED)

PAGES: dict[str, Callable[[Console], None]] = {
    name: lambda console, verdict=verdict, options=options: verdict_page(  # type: ignore[misc]
        verdict, console, **options
    )
    for name, verdict, options in [
        ("nan", a_verdict(*PASSED * 3, PASSED[0], NAN, SHAPE, mistakes=(SUBTRACT,)), {}),
        ("other_function", a_verdict(NAN, mistakes=(replace(SUBTRACT, function="loss"),)), {}),
        ("contrasts", a_verdict(*PASSED, NAN, GRADIENT, *POLISH, mistakes=(SUBTRACT, TRANSPOSED),
                                contrasts=CONTRASTS, remarks=(UNUSED,)), {}),
        ("contrasts_of_all", a_verdict(*PASSED, NAN, GRADIENT, *POLISH, contrasts=CONTRASTS,
                                       mistakes=(SUBTRACT, TRANSPOSED)), {"everything": True}),
        ("open_polish", a_verdict(*PASSED, *POLISH, status="passed", mistakes=(TIES,),
                                  remarks=(UNUSED,)), {}),
        ("open_polish_of_all", a_verdict(*PASSED, *POLISH, status="passed", mistakes=(TIES,)),
         {"everything": True}),
        ("open_polish_that_is_asked_for", a_verdict(*PASSED, *POLISH, status="passed"),
         {"strict": True}),
        ("polish_alone", a_verdict(POLISH[0]), {"case": POLISH[0].name}),
        ("polished", a_verdict(*PASSED, POLISH[1], status="passed"), {}),
        ("shape", a_verdict(SHAPE, *PASSED, exercise="mlp2"), {}),
        ("gradient", a_verdict(GRADIENT, PASSED[0], exercise="mlp2"), {}),
        ("exception", a_verdict(RAISED, PASSED[0], seconds=12.3456), {}),
        ("none", a_verdict(*PASSED, NONE), {}),
        ("endless", a_verdict(ENDLESS, NOT_RUN, NOT_RUN, *PASSED, status="error"), {}),
        ("crash", a_verdict(CRASH, *PASSED, status="error", printed="hello from import\n"), {}),
        ("hostile", a_verdict(HOSTILE, status="error", file="/tmp/\x1b[31m/softmax.py"), {}),
        ("several", SEVERAL, {}),
        ("everything", SEVERAL, {"everything": True}),
        ("one_case", SEVERAL, {"case": "any_axis"}),
        ("passed", a_verdict(*PASSED, status="passed", isolation="full"), {}),
        ("advice", a_verdict(*ADVICE, status="passed"), {}),
        ("stub", a_verdict(*STUBS, exercise="mlp2"), {}),
        ("half_a_stub", a_verdict(*PASSED, *STUBS[2:], NOT_RUN, exercise="mlp2"), {}),
        ("syntax", a_problem(Problem(
            "syntax", "softmax.py is not valid Python: '(' was never closed.",
            Location(7, "\te = np.exp(logits - logits.max(axis=axis, keepdims=True)",
                     column=12))), {}),
        ("missing", a_problem(Problem(
            "missing", "softmax.py has no function softmax_backward.",
            help="It should look like this: softmax_backward(dout, y, axis=-1)\n"
                 "dlprep start softmax --reset brings the stub back and keeps your text.")), {}),
        ("import", a_problem(Problem(
            "import", "softmax.py imports scipy; an exercise is solved with NumPy alone.",
            Location(2, "from scipy.special import softmax"),
            "Allowed are NumPy and the harmless part of the standard library.")), {}),
        ("raised_at_import", a_problem(Problem(
            "exception", "softmax.py raises ZeroDivisionError: division by zero when it is loaded.",
            Location(30, "print(1 / 0)")),
            printed="about to divide\n"), {}),
        ("fault", a_problem(Problem(
            "fault", "The cases of softmax went wrong: KeyError: 'x'.",
            help="This is a bug of the exercise, not of your code."), status="fault"), {}),
    ]
}  # fmt: skip


def an_exercise(slug: str, title: str, track: str, difficulty: str, minutes: int) -> Exercise:
    folder = Path(slug)
    return Exercise(slug, title, track, difficulty, minutes, 1, (), (), folder, folder, seconds=5.0)


EXERCISES = [
    (an_exercise("softmax", "Softmax and its backward", "stability", "easy", 15), "passed"),
    (an_exercise("conv_im2col", "Convolution by im2col — forward and backward", "convolution",
                 "hard", 45), "failing"),
    (an_exercise("lstm_cell", "One step of an LSTM", "recurrent", "medium", 30), "started"),
    (an_exercise("gru_cell", "One step of a GRU", "recurrent", "medium", 30), "new"),
    (an_exercise("gelu", "GELU", "activations", "easy", 20), "polished"),
]  # fmt: skip
PROMPT = """# Softmax

Write `softmax(logits, axis)` so that rows sum to 1; it is *never* NaN.

## Conventions

- `logits` is an array, any shape
- bad input: raise `ValueError`

```python
softmax(np.array([0.0, 0.0]))  # array([0.5, 0.5])
```
"""
HINTED = EXERCISES[0][0]
HINTS = ("What can be subtracted?", "Look at \x1b[31mthe largest. " * 6, "Subtract the maximum.")
REFERENCE = """import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)
"""


SOLUTION = {
    "reference.py": REFERENCE,
    "explanation.md": "# Softmax\n\n**Why.** It is *short*.\n",
    "variants.toml": ('[[accepted]]\nname = "by an einsum"\nfind = "e.sum("\nreplace = "total("\n'),
    "hints.toml": (
        'hints = ["Subtract."]\n[[follow_ups]]\nquestion = "What is the gradient?"\n'
        'answer = "No Jacobian is needed."\n'
    ),
}


def a_solution(console: Console) -> None:
    """The page of a solution that lies in files, as it must."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SOLUTION.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        page = solution_page(replace(HINTED, solution=Path(folder)), REFERENCE + "# mine\n")
    page(console)


def an_event(number: int, kind: str, text: str, **more: object) -> Event:
    at = datetime(2026, 11, 2, 23, 10 + number, tzinfo=UTC)
    return Event(str(number), at, 60, kind, "softmax", text, **more)  # type: ignore[arg-type]


MISTAKES = ("no max subtraction", "the normalisation runs over all of the axes")
HISTORY = [
    an_event(1, "started", "a"),
    an_event(2, "checked", "a", status="failed", passing=0, total=17, unwritten=17),
    an_event(3, "hinted", "a"),
    an_event(4, "checked", "b", status="error", passing=0, total=0),
    an_event(5, "checked", "c", status="failed", passing=1, total=17, mistakes=MISTAKES),
    an_event(6, "checked", "c", status="failed", passing=0, total=1, only_case="large_logits"),
    an_event(7, "checked", "c", status="fault", passing=0, total=0),
    an_event(8, "checked", "d", status="passed", passing=17, total=17),
    an_event(
        8, "checked", "e", status="passed", passing=17, total=17, polish_passing=3, polish_total=5
    ),
    an_event(
        8, "checked", "f", status="passed", passing=17, total=17, polish_passing=5, polish_total=5
    ),
    an_event(9, "tested", "t", passing=9, total=14),
    an_event(10, "reset", "d"),
    an_event(11, "gave_up", "a"),
    an_event(12, "replaced", "a"),
    an_event(13, "restored", "d", status="passed"),
    an_event(14, "resumed", "d"),
    an_event(15, "dreamt", "d"),  # of a later version
]
TODAY = date(2026, 11, 21)
BY_NAME = {exercise.slug: exercise for exercise, _ in EXERCISES}


def a_review(slug: str, due: int, last: int, grade: Grade, begun: bool = False) -> Review:
    """Due in so many days, and last reviewed so many days ago."""
    day = TODAY - timedelta(days=last)
    hints = 2 if grade == "hard" else 0
    one = Round(slug, 1, day, hints=hints)
    return Review(BY_NAME[slug], TODAY + timedelta(days=due), day, grade, 0.8, one, begun, TODAY)


DUE = [
    a_review("conv_im2col", -5, 9, "hard"),
    a_review("softmax", -1, 2, "again", begun=True),
    a_review("lstm_cell", 0, 11, "easy"),
]
COMING = [
    a_review("gru_cell", 1, 1, "hard"),
    a_review("softmax", 1, 3, "good"),
    a_review("lstm_cell", 7, 1, "good"),
    a_review("conv_im2col", 8, 1, "good"),
]
FIGURES = Stats(
    today=TODAY,
    streak=3,
    days=[
        (TODAY - timedelta(days=ago), minutes, 3)
        for ago, minutes in [
            (45, 31), (33, 5), (32, 15.5), (9, 119), (7, 30), (2, 60), (1, 0), (0, 14.9)
        ]
    ],
    tracks=[
        ("stability", 3, 3),
        ("convolution", 1, 100),
        ("normalisation", 2, 4),
        ("debugging", 0, 1),
    ],
    passes=[
        ("conv_im2col", TODAY, 400.4, 45),
        ("lstm_cell", TODAY, 33, 30),
        ("gelu", TODAY, 20, 20),
        *((f"quick_{n}", TODAY, 4 - n / 2, 15) for n in range(7)),
        ("nobody_timed", TODAY, None, 15),
    ],
    mistakes=[
        ("softmax", "no max subtraction", 12),
        ("lstm_cell", "the gates are read in the order\n\x1b[31m of another paper", 6),
        *(("softmax", f"mistake {n}", 1) for n in range(8)),
    ],
    hints=4,
    give_ups=1,
    reviews=7,
    polished=2,
)  # fmt: skip
ALL_DONE = Advice(None, "done", "All exercises are done, and no review is due.", None)
REVIEW_NOW = Advice(
    BY_NAME["conv_im2col"],
    "review",
    "A review, due since Mon 16 Nov: passed with 2 hints 9 days ago.",
    "dlprep start conv_im2col --reset",
)
PAGES |= {
    "next_review": lambda console: next_page(REVIEW_NOW, console),
    "next_new": lambda console: next_page(
        Advice(BY_NAME["softmax"], "new", "The next new one in stability.", "dlprep start softmax"),
        console,
    ),
    "next_done": lambda console: next_page(ALL_DONE, console),
    "reviews": lambda console: reviews_page(DUE, COMING, console),
    "review_that_is_begun": lambda console: reviews_page(DUE[1:2], COMING[3:], console),
    "reviews_to_come": lambda console: reviews_page([], COMING, console),
    "one_review_to_come": lambda console: reviews_page([], COMING[3:], console),
    "no_reviews": lambda console: reviews_page([], [], console),
    "home": lambda console: home_page(3, 31, REVIEW_NOW, console),
    "home_when_all_is_done": lambda console: home_page(31, 31, ALL_DONE, console),
    "stats": lambda console: stats_page(FIGURES, console),
    "stats_of_a_first_day": lambda console: stats_page(
        replace(FIGURES, streak=1, days=FIGURES.days[-1:], passes=[], mistakes=[]), console
    ),
    "stats_of_nothing": lambda console: stats_page(replace(FIGURES, days=[]), console),
    "list": lambda console: exercise_table(EXERCISES, console),
    "list_of_none": lambda console: exercise_table([], console),
    "prompt": lambda console: prompt_page(EXERCISES[0][0], PROMPT, console),
    "conventions": lambda console: conventions_page(
        {"keeps float32": "make arrays with dtype=x.dtype", "takes integers": "convert first"},
        {"float64": "1e-9 relative", "gradients": "1e-6 relative"},
        console,
    ),
    "hints": lambda console: hint_page(HINTED, HINTS, 2, console),
    "last_hint": lambda console: hint_page(HINTED, HINTS, 3, console),
    "solution": a_solution,
    "history": lambda console: history_page(HINTED, HISTORY, console),
    "history_of_nothing": lambda console: history_page(HINTED, [], console),
    "debug": lambda console: before_page(a_verdict(NAN), console),
    "debug_of_a_pass": lambda console: before_page(a_verdict(*PASSED), console),
    "debug_of_a_case_that_only_passes_here": lambda console: after_page(
        a_verdict(ENDLESS), a_verdict(PASSED[0], status="passed"), PASSED[0].name, console
    ),
    "debug_of_an_import": lambda console: before_page(
        a_problem(Problem("import", "softmax.py imports torch.")), console
    ),
    "message": lambda console: render.message("softmax.py is ready. " * 5, console),
    "error": lambda console: render.error("There is no \x1b[1m exercise. " * 4, console),
}


# how a terminal shows Markdown is rich's, and differs from one version of rich to the next
GOLDEN_PAGES = [
    (name, width)
    for name in PAGES
    for width in (80, 40)
    if width == 80 or name not in ("prompt", "solution")
]


def printed(page: Callable[[Console], None], width: int, terminal: bool, **options: object) -> str:
    file = io.StringIO()
    options = {"color_system": None, "legacy_windows": False, "_environ": {}, **options}
    page(Console(file=file, width=width, force_terminal=terminal, **options))  # type: ignore[arg-type]
    return file.getvalue()


def golden(name: str, width: int) -> str:
    return printed(PAGES[name], width, terminal=width < 80)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for page_name, columns in GOLDEN_PAGES:
        page_text = golden(page_name, columns)
        (GOLDEN / f"{page_name}-{columns}.txt").write_text(page_text, encoding="utf-8")
