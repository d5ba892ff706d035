"""Every submission gets its verdict: the right status, in words that are true."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from dlprep import catalog
from dlprep.authoring.new import new_exercise
from dlprep.catalog import Exercise
from dlprep.sandbox.process import WorkerProcess
from dlprep.verdict import CaseResult, Finding, Location, Problem, Verdict

VerdictOn = Callable[..., Verdict]

HEAD = "import numpy as np\n"
RIGHT = """import numpy as np

def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
"""
ALLOWED = (
    "A submission may import NumPy and the harmless part of the standard library"
    " (math, itertools, functools, collections, dataclasses, typing …)."
)
STUB_HAS = "The stub has softmax(x, axis=-1)."
CALL = "softmax([1., 2., 4.])"  # of the case one_row
OS = (
    "os = [k for k in object.__subclasses__() if k.__name__ == '_wrap_close'][0]"
    ".__init__.__globals__['sys'].modules['os']\n"
)
SAVE = "Save it as UTF-8 in your editor."


@pytest.fixture(scope="session")
def softmax() -> Exercise:
    """The real exercise, with time enough on the busiest machine."""
    return replace(catalog.find("softmax"), seconds=20)


@pytest.fixture(scope="session")
def brief(softmax: Exercise) -> Exercise:
    """The same with little time, for what never ends."""
    return replace(softmax, seconds=1)


def body(statement: str, before: str = "") -> str:
    """A softmax of one statement, on the line after ``before`` and two more."""
    return f"{HEAD}{before}def softmax(x, axis=-1):\n    {statement}\n"


def one_row(verdict: Verdict) -> CaseResult:
    """The one case that was run: ``softmax([1., 2., 4.])``."""
    assert verdict.problem is None
    [case] = verdict.cases
    assert (case.name, case.label) == ("one_row", "turns one row of logits into probabilities")
    return case


# files that do not load


def problem(
    kind: str,
    message: str,
    line: int = 0,
    code: str = "",
    column: int | None = None,
    *,
    advice: str = "",
) -> Problem:
    return Problem(kind, message, Location(line, code, "", column) if line else None, advice)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(b"", problem("empty", "softmax.py is empty."), id="empty"),
        pytest.param(b" \n\t\r\n\f", problem("empty", "softmax.py is empty."), id="blank"),
        pytest.param(b"\xef\xbb\xbf", problem("empty", "softmax.py is empty."), id="only a BOM"),
        pytest.param(
            b"# to do\n",
            problem("missing", "softmax.py does not define softmax.", advice=STUB_HAS),
            id="only comments",
        ),
        pytest.param(
            "softmax = 3\ndef soft_max(x): ...\nclass Net: ...\n",
            problem(
                "missing",
                "softmax.py does not define softmax.",
                advice=f"It defines soft_max, Net. {STUB_HAS}",
            ),
            id="another function",
        ),
        pytest.param(
            "# softmax\r\ndef softmax(x, axis=-1)\r\n    return x\r\n",
            problem(
                "syntax",
                "softmax.py is not valid Python: expected ':'.",
                2,
                "def softmax(x, axis=-1)",
                24,
            ),
            id="syntax error",
        ),
        pytest.param(
            "\ufeffdef softmax(x):\n\treturn (x\n",
            problem(
                "syntax",
                "softmax.py is not valid Python: '(' was never closed.",
                2,
                "\treturn (x",
                9,
            ),
            id="syntax error after a BOM",
        ),
        pytest.param(
            "def softmax(x, axis=-1):\nreturn x\n",
            problem(
                "syntax",
                "softmax.py is not valid Python: expected an indented block after function"
                " definition on line 1.",
                2,
                "return x",
                1,
            ),
            id="indentation",
        ),
        pytest.param(
            "def softmax(x, axis=-1):\n    print 'x'\n",
            problem(
                "syntax",
                "softmax.py is not valid Python: Missing parentheses in call to 'print'."
                " Did you mean print(...)?",
                2,
                "    print 'x'",
                5,
            ),
            id="Python 2",
        ),
        pytest.param(
            b"import numpy\n# caf\xe9\n" + RIGHT.encode(),
            problem("encoding", "softmax.py is not UTF-8 text.", 2, "# caf�", advice=SAVE),
            id="Latin-1",
        ),
        pytest.param(
            b"# coding: nonsense\n" + RIGHT.encode(),
            problem("syntax", "softmax.py is not valid Python: unknown encoding: nonsense."),
            id="unknown encoding",
        ),
        pytest.param(
            RIGHT.encode() + b"x = '\0'\n",
            problem(
                "encoding",
                "softmax.py is not text: it holds NUL bytes.",
                8,
                "x = '\0'",
                advice=SAVE,
            ),
            id="NUL",
        ),
        pytest.param(
            RIGHT.encode() + b"#" * (2 << 20),
            problem("size", "softmax.py is larger than a submission may be: 2.0 MiB, not 1."),
            id="two megabytes",
        ),
        pytest.param(
            "import math\n\nx = 1 / 0\n",
            problem(
                "exception",
                "softmax.py raises ZeroDivisionError: division by zero when it is loaded.",
                3,
                "x = 1 / 0",
            ),
            id="exception",
        ),
        pytest.param(
            "def check():\n    assert False\ncheck()\n",
            problem(
                "exception",
                "softmax.py raises AssertionError when it is loaded.",
                2,
                "    assert False",
            ),
            id="exception without text",
        ),
        pytest.param(
            "import math\nraise SystemExit(0)\n",
            problem(
                "exception",
                "softmax.py ends the program while it is loaded.",
                2,
                "raise SystemExit(0)",
            ),
            id="SystemExit",
        ),
        pytest.param(
            "raise KeyboardInterrupt\n",
            problem(
                "exception",
                "softmax.py ends the program while it is loaded.",
                1,
                "raise KeyboardInterrupt",
            ),
            id="KeyboardInterrupt",
        ),
        pytest.param(
            "import math\nfrom torch import *\n",
            problem(
                "import",
                "softmax.py imports torch (line 2).",
                2,
                "from torch import *",
                advice=ALLOWED,
            ),
            id="torch",
        ),
        pytest.param(
            "from numpy import f2py\n",
            problem(
                "import",
                "softmax.py imports numpy.f2py (line 1).",
                1,
                "from numpy import f2py",
                advice=ALLOWED,
            ),
            id="a part of NumPy",
        ),
        pytest.param(
            "from . import helper\n",
            problem(
                "import",
                "softmax.py imports .helper (line 1).",
                1,
                "from . import helper",
                advice=ALLOWED,
            ),
            id="relative import",
        ),
        pytest.param(
            "raise SyntaxError('odd', ('softmax.py', 'one', [2], 'x'))\n",
            problem("syntax", "softmax.py is not valid Python: odd."),
            id="a syntax error of its own making",
        ),
        pytest.param(
            OS + "os._exit(0)\n",
            problem(
                "crash",
                "softmax.py could not be loaded: the process ended itself with exit code 0.",
            ),
            id="os._exit",
        ),
        pytest.param(
            "import math\nwhile True:\n    math.sin(1)\n",
            problem(
                "timeout",
                "softmax.py did not finish loading: no answer after 1 s.",
                advice="Is there an endless loop, or a long computation, outside the functions?",
            ),
            id="endless loop",
        ),
    ],
)
def test_a_file_that_does_not_load_is_an_error_in_one_sentence(
    verdict_on: VerdictOn,
    softmax: Exercise,
    brief: Exercise,
    source: str | bytes,
    expected: Problem,
) -> None:
    verdict = verdict_on(brief if expected.kind == "timeout" else softmax, source)
    assert (verdict.status, verdict.cases, verdict.mistakes) == ("error", (), ())
    assert verdict.problem is not None
    if expected.kind == "timeout":  # which line was running is a matter of chance
        assert verdict.problem.location in (
            Location(2, "while True:"),
            Location(3, "    math.sin(1)"),
        )
        expected = replace(expected, location=verdict.problem.location)
    assert verdict.problem == expected


@pytest.mark.parametrize(
    "source",
    [b"[" * 10**6, b"(" * 10**6, b"x = " + b"-" * 10**6 + b"1", b"x = 1" + b"+1" * 300_000],
    ids=["brackets", "parentheses", "signs", "sum"],
)
def test_a_file_that_chokes_the_compiler_is_an_error_of_few_words(
    verdict_on: VerdictOn, softmax: Exercise, source: bytes
) -> None:
    verdict = verdict_on(softmax, source, shared=False)
    assert verdict.status == "error"
    assert verdict.problem is not None
    assert verdict.problem.kind in ("syntax", "exception", "crash")
    assert verdict.problem.message.startswith("softmax.py ")
    assert len(json.dumps(verdict.to_json())) < 2000


def test_a_recursion_bomb_at_import_is_an_exception(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    verdict = verdict_on(softmax, "def bomb():\n    bomb()\nbomb()\n")
    assert verdict.status == "error"
    assert verdict.problem is not None
    assert verdict.problem.message.startswith(
        "softmax.py raises RecursionError: maximum recursion depth exceeded"
    )
    assert verdict.problem.location == Location(2, "    bomb()")


def test_a_segmentation_fault_at_import_tells_the_line(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    source = OS + "os.sys.modules['builtins'].__import__('ctypes').string_at(0)\n"
    verdict = verdict_on(softmax, source)
    assert verdict.problem == problem(
        "crash",
        "softmax.py could not be loaded: the process crashed: segmentation fault.",
        2,
        source.split("\n")[1],
    )


def test_a_worker_that_cannot_start_is_a_fault_and_not_the_user_s(
    verdict_on: VerdictOn, softmax: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = shutil.which("false")
    if program is None:
        pytest.skip("no program at hand that ends at once")
    monkeypatch.setattr(sys, "executable", program)
    verdict = verdict_on(softmax, RIGHT, shared=False, start=WorkerProcess)
    assert verdict.status == "fault"
    assert verdict.problem is not None
    assert verdict.problem.kind == "fault"


# files that load


@pytest.mark.parametrize(
    "source",
    [
        RIGHT.encode(),
        b"\xef\xbb\xbf" + RIGHT.encode(),
        RIGHT.replace("\n", "\r\n").encode(),
        RIGHT.replace("\n", "\r").encode(),
        b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + RIGHT.encode(),
        b"# vim: set fileencoding=utf-8 :\n# caf\xc3\xa9 \xf0\x9f\x98\x80\n" + RIGHT.encode(),
        RIGHT.rstrip().encode(),
        (body("return 0 * x") + RIGHT).encode(),
        (RIGHT + "if __name__ == '__main__':\n    import torch\n").encode(),
        ("try:\n    import torch\nexcept ImportError:\n    pass\n" + RIGHT).encode(),
    ],
    ids="plain BOM CRLF CR Latin-1 UTF-8 no-newline twice main try".split(),  # noqa: SIM905 - ids
)
def test_a_right_solution_passes_however_its_text_is_stored(
    verdict_on: VerdictOn, softmax: Exercise, source: bytes
) -> None:
    verdict = verdict_on(softmax, source)
    assert verdict.status == "passed"
    assert verdict.passing == len(verdict.core) > 10
    assert (verdict.exercise, verdict.file, verdict.seed) == ("softmax", "softmax.py", 1)
    assert (verdict.problem, verdict.mistakes) == (None, ())
    assert {case.kind for case in verdict.cases} == {""}


def test_the_line_of_an_exception_is_right_whatever_ends_the_lines(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    source = body("raise ValueError('no')", "# é\n\n")
    for text in (source, "\ufeff" + source, source.replace("\n", "\r\n")):
        case = one_row(verdict_on(softmax, text, only="one_row"))
        assert case.location == Location(5, "    raise ValueError('no')")


TYPE = "an array, float64 of shape (3,)"


@pytest.mark.parametrize(
    ("source", "kind", "findings", "location"),
    [
        pytest.param(
            body("raise NotImplementedError"),
            "not implemented",
            [("", "softmax is not implemented yet")],
            (3, "    raise NotImplementedError"),
            id="stub",
        ),
        pytest.param(
            body("np.exp(x)"),
            "none",
            [
                ("got", "None"),
                ("expected", TYPE),
                ("", "the function returned None: is a `return` missing?"),
            ],
            None,
            id="None",
        ),
        pytest.param(
            body("return np.exp(x)[None]"),
            "shape",
            [("got", "shape (1, 3)"), ("expected", "shape (3,)")],
            None,
            id="shape",
        ),
        pytest.param(
            body("return x.tolist()"),
            "type",
            [("got", "a list of 3"), ("expected", TYPE)],
            None,
            id="list",
        ),
        pytest.param(
            body("return 1"),
            "type",
            [("got", "a Python int"), ("expected", TYPE)],
            None,
            id="int",
        ),
        pytest.param(
            body("return x.sum()"),
            "type",
            [("got", "a NumPy scalar, float64"), ("expected", TYPE)],
            None,
            id="scalar",
        ),
        pytest.param(
            body("return np.ones(3, bool)"),
            "dtype",
            [("got", "dtype bool"), ("expected", "dtype float64")],
            None,
            id="bool",
        ),
        pytest.param(
            body("return x.astype(complex)"),
            "dtype",
            [("got", "dtype complex128"), ("expected", "dtype float64")],
            None,
            id="complex",
        ),
        pytest.param(
            body("return x.astype(object)"),
            "type",
            [("got", "a value of type numpy.ndarray of dtype object"), ("expected", TYPE)],
            None,
            id="object array",
        ),
        pytest.param(
            body("return np.ma.masked_array(x, True)"),
            "type",
            [("got", "a value of type numpy.MaskedArray"), ("expected", TYPE)],
            None,
            id="masked array",
        ),
        pytest.param(
            body("return range(3)"),
            "type",
            [("got", "a value of type range"), ("expected", TYPE)],
            None,
            id="range",
        ),
        pytest.param(
            body("return lambda: x"),
            "type",
            [("got", "an object of your own"), ("expected", TYPE)],
            None,
            id="function",
        ),
        pytest.param(
            body("return (v for v in x)"),
            "type",
            [("got", "an iterator"), ("expected", TYPE)],
            None,
            id="generator",
        ),
        pytest.param(
            body("yield x"),
            "type",
            [("got", "an iterator"), ("expected", TYPE)],
            None,
            id="yield",
        ),
        pytest.param(
            body(
                "return Liar()",
                "class Liar:\n    shape, dtype, ndim, size = (3,), np.dtype(float), 1, 3\n"
                "    __class__ = np.ndarray\n    def __eq__(self, other): return True\n"
                "    def __array__(self, *_, **__): return np.ones(3)\n",
            ),
            "type",
            [("got", "an object of your own"), ("expected", TYPE)],
            None,
            id="equal to everything",
        ),
        pytest.param(
            body(
                "return x.view(Lie)",
                "class Lie(np.ndarray):\n    def __array_function__(self, *_): return True\n"
                "    def __array_ufunc__(self, *_, **__): return True\n"
                "    def __eq__(self, other): return True\n",
            ),
            "type",
            [("got", "an object of your own"), ("expected", TYPE)],
            None,
            id="subclass of ndarray",
        ),
        pytest.param(
            body("return x"),
            "values",
            [
                ("got", "[1.0000 2.0000 4.0000]"),
                ("expected", "[0.0420 0.1142 0.8438]"),
                ("worst at", "[0]: 1.0000 where 0.0420 was expected"),
                ("allowed", "1e-9 relative"),
            ],
            None,
            id="values",
        ),
        pytest.param(
            body("raise SystemExit(3)"),
            "exception",
            [
                ("raised", "SystemExit: 3"),
                ("", "the submission ends the program: return a result instead"),
            ],
            (3, "    raise SystemExit(3)"),
            id="SystemExit",
        ),
        pytest.param(
            body("raise KeyboardInterrupt"),
            "exception",
            [("raised", "KeyboardInterrupt")],
            (3, "    raise KeyboardInterrupt"),
            id="KeyboardInterrupt",
        ),
        pytest.param(
            body("import sys; sys.exit()"),
            "import",
            [
                (
                    "refused",
                    "the import of sys (line 3): NumPy and the harmless standard library are there",
                )
            ],
            (3, "    import sys; sys.exit()"),
            id="sys.exit",
        ),
        pytest.param(
            body("return input('? ')"),
            "exception",
            [
                ("raised", "EOFError: EOF when reading a line"),
                ("", "input() has nothing to read: all data come as arguments"),
            ],
            (3, "    return input('? ')"),
            id="input",
        ),
        pytest.param(
            body("return x @ np.ones(2)"),
            "exception",
            [
                (
                    "raised",
                    "ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0,"
                    " with gufunc signature (n?,k),(k,m?)->(n?,m?) (size 2 is different from 3)",
                )
            ],
            (3, "    return x @ np.ones(2)"),
            id="exception in NumPy",
        ),
        pytest.param(
            body("return helper(x)", "def helper(x):\n    return x[7]\n"),
            "exception",
            [("raised", "IndexError: index 7 is out of bounds for axis 0 with size 3")],
            (3, "    return x[7]"),
            id="exception in a helper",
        ),
    ],
)
def test_a_wrong_answer_is_named_exactly(
    verdict_on: VerdictOn,
    softmax: Exercise,
    source: str,
    kind: str,
    findings: list[tuple[str, str]],
    location: tuple[int, str] | None,
) -> None:
    verdict = verdict_on(softmax, source, only="one_row")
    case = one_row(verdict)
    assert (verdict.status, case.status, case.kind) == ("failed", "failed", kind)
    assert case.findings == tuple(Finding(*finding) for finding in findings)
    assert case.call == CALL
    assert case.location == (None if location is None else Location(*location))


@pytest.mark.parametrize(
    ("value", "kind"), [("10**5000", "int"), ("['x' * 2**20] * 9", "list"), ("'x' * 2**23", "str")]
)
def test_what_is_too_large_is_named_by_its_type(
    verdict_on: VerdictOn, softmax: Exercise, value: str, kind: str
) -> None:
    case = one_row(verdict_on(softmax, body(f"return {value}"), only="one_row"))
    assert (case.status, case.kind) == ("failed", "type")
    assert case.findings[0].text.startswith(f"a value of type {kind}")
    assert case.findings[1] == Finding("expected", TYPE)


def test_a_matrix_is_named_beside_its_warning(verdict_on: VerdictOn, softmax: Exercise) -> None:
    case = one_row(verdict_on(softmax, body("return np.matrix(x)"), only="one_row"))
    assert (case.status, case.kind) == ("failed", "type")
    assert case.findings[0] == Finding("got", "a value of type numpy.matrix")
    assert case.location is not None
    assert (case.location.line, case.location.code) == (3, "    return np.matrix(x)")
    assert case.location.note.startswith("PendingDeprecationWarning: ")


def test_a_recursion_bomb_is_an_exception(verdict_on: VerdictOn, softmax: Exercise) -> None:
    case = one_row(verdict_on(softmax, body("return softmax(x, axis)"), only="one_row"))
    assert (case.status, case.kind) == ("failed", "exception")
    assert case.findings[0].text.startswith("RecursionError: maximum recursion depth exceeded")
    assert case.location == Location(3, "    return softmax(x, axis)")


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        (
            "def soft_max(x, axis=-1): return x\nsoftmax = None\ndef softmax_(x): ...\n",
            None,
            "softmax.py does not define softmax.",
        ),
        (
            "def softmax(axis, x=-1): return x\n",
            "signature",
            "softmax(axis, x) has the stub's parameters in another order: softmax(x, axis=-1)",
        ),
        (
            "def softmax(x): return x\n",
            "signature",
            "softmax(x) does not have the stub's parameters: softmax(x, axis=-1)",
        ),
        (
            "def softmax(x, axis): return x\n",
            "signature",
            "softmax(x, axis) does not have the stub's parameters: softmax(x, axis=-1)",
        ),
    ],
)
def test_another_signature_is_named(
    verdict_on: VerdictOn, softmax: Exercise, source: str, kind: str | None, text: str
) -> None:
    verdict = verdict_on(softmax, source, only="one_row")
    if kind is None:
        assert verdict.status == "error"
        assert verdict.problem is not None
        assert (verdict.problem.kind, verdict.problem.message) == ("missing", text)
        return
    case = one_row(verdict)
    assert (verdict.status, case.status, case.kind) == ("failed", "failed", kind)
    assert (case.findings, case.call, case.location) == ((Finding("", text),), "", None)


def test_the_stub_fails_every_case_as_not_implemented(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    verdict = verdict_on(softmax, softmax.stub.read_bytes())
    assert (verdict.status, verdict.passing, verdict.mistakes) == ("failed", 0, ())
    assert {(case.status, case.kind) for case in verdict.cases} == {("failed", "not implemented")}


def test_one_of_two_functions_may_be_missing(verdict_on: VerdictOn) -> None:
    lstm = catalog.find("lstm_cell")
    source = lstm.reference.read_text().replace("def lstm_backward", "def lstm_backwards")
    name = next(name for name in catalog.case_names(lstm) if "backward" in name or "grad" in name)
    verdict = verdict_on(lstm, source, only=name)
    assert verdict.status == "failed"
    assert {(case.kind, case.findings[0].text) for case in verdict.cases} == {
        ("missing", "lstm_cell.py defines no function lstm_backward; it defines lstm_backwards")
    }


# crashes and time-outs in a call


@pytest.mark.parametrize(
    ("statement", "kind", "finding", "line"),
    [
        ("os._exit(0)", "crash", ("crashed", "the process ended itself with exit code 0"), False),
        (
            "os.sys.modules['builtins'].__import__('ctypes').string_at(0)",
            "crash",
            ("crashed", "the process crashed: segmentation fault"),
            True,
        ),
        (
            "while True: pass",
            "timeout",
            ("stopped", "no answer after 1 s: is there an endless loop?"),
            True,
        ),
    ],
    ids=["os._exit", "segmentation fault", "endless loop"],
)
def test_a_crash_or_a_time_out_in_a_call_is_an_error(
    verdict_on: VerdictOn,
    softmax: Exercise,
    brief: Exercise,
    statement: str,
    kind: str,
    finding: tuple[str, str],
    line: bool,
) -> None:
    verdict = verdict_on(
        brief if kind == "timeout" else softmax, body(statement, OS), only="one_row"
    )
    case = one_row(verdict)
    assert (verdict.status, case.status, case.kind) == ("error", "error", kind)
    assert (case.findings, case.call) == ((Finding(*finding),), CALL)
    assert case.location == (Location(4, f"    {statement}") if line else None)
    assert verdict.mistakes == ()


def test_a_crash_in_one_case_leaves_the_verdict_on_the_others(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    source = RIGHT.replace("    dtype", "    if x.ndim == 3 and x.size: os._exit(1)\n    dtype")
    verdict = verdict_on(softmax, OS + source)
    crashed = [case for case in verdict.cases if case.status != "passed"]
    assert verdict.status == "error"
    assert len(crashed) == 3
    assert {case.name.partition("[")[0] for case in crashed} == {"other_axis"}
    assert {(case.status, case.kind) for case in crashed} == {("error", "crash")}


def test_the_time_of_a_run_is_bounded_and_each_case_accounted_for(
    verdict_on: VerdictOn, softmax: Exercise, brief: Exercise
) -> None:
    verdict = verdict_on(brief, body("while True: pass"))
    assert verdict.status == "error"
    assert verdict.passing == 0
    assert verdict.cases[0].status == "error"
    assert verdict.cases[-1].status == "not run"
    assert {case.status for case in verdict.cases} == {"error", "not run"}
    assert len(verdict.cases) == len(verdict_on(softmax, RIGHT).cases)


# what a submission prints, warns of, keeps, patches


def test_a_flood_of_prints_is_cut_and_judged(verdict_on: VerdictOn, softmax: Exercise) -> None:
    source = "print('[bold]loading\\x1b[2J')\n" + RIGHT.replace(
        "    dtype", "    print('y' * 10**7)\n    dtype"
    )
    verdict = verdict_on(softmax, source)
    assert verdict.status == "passed"
    assert verdict.printed == "[bold]loading\x1b[2J\n"
    kept = 16 << 10
    assert verdict.cases[0].printed == "y" * kept + f"\n… and {10**7 + 1 - kept} more characters"


def test_a_warning_beside_a_right_answer_is_advice(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    source = RIGHT.replace("    dtype", "    np.exp(1e4 * np.abs(x))\n    dtype")
    case = one_row(verdict_on(softmax, source, only="one_row"))
    assert case.status == "passed"
    assert case.advice == (
        Location(4, "    np.exp(1e4 * np.abs(x))", "RuntimeWarning: overflow encountered in exp"),
    )


def test_a_warning_beside_a_wrong_answer_is_its_location(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    source = body("e = np.exp(x); return e / e.sum(axis=axis, keepdims=True)")
    verdict = verdict_on(softmax, source, only="large_logits")
    [case] = verdict.cases
    assert (case.status, case.kind) == ("failed", "stability")
    assert case.call == "softmax([[1000., 1001., 1002.]], axis=-1)"
    assert case.findings[:3] == (
        Finding("got", "[[nan nan nan]]"),
        Finding("expected", "[[0.0900 0.2447 0.6652]]"),
        Finding("worst at", "[0, 0]: nan where 0.0900 was expected"),
    )
    assert case.location is not None
    assert (case.location.line, case.location.note) == (
        3,
        "RuntimeWarning: overflow encountered in exp",
    )
    assert [mistake.name for mistake in verdict.mistakes] == ["no max subtraction"]


@pytest.mark.parametrize("key", ["0", "x.shape", "float(x.sum())", "id(softmax)"])
def test_a_result_that_is_kept_from_another_case_fails(
    verdict_on: VerdictOn, softmax: Exercise, key: str
) -> None:
    source = RIGHT.replace("def softmax", "def honest") + (
        "kept = {}\ndef softmax(x, axis=-1):\n"
        f"    return kept.setdefault({key}, honest(x, axis))\n"
    )
    verdict = verdict_on(softmax, source)
    assert verdict.status == "failed"
    assert verdict.cases[0].status == "passed"


def test_what_a_submission_patches_is_its_own_loss(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    source = (
        "import numpy as np\n"
        "for name in ('exp', 'isfinite', 'array_equal', 'allclose', 'max', 'result_type'):\n"
        "    setattr(np, name, lambda *_, **__: True)\n"
        "np.testing.assert_allclose = np.testing.assert_array_equal = lambda *_, **__: None\n"
        "np.random.default_rng = np.random.seed = None\n"
        "np.seterr(all='ignore')\n"
        "def softmax(x, axis=-1): return x\n"
    )
    verdict = verdict_on(softmax, source, shared=False)
    assert verdict.status == "failed"
    assert one_row(verdict_on(softmax, source, only="one_row", shared=False)).kind == "values"
    assert np.exp(0) == 1
    assert verdict_on(softmax, RIGHT).status == "passed"


# submissions that work against the judge: an error or a failure, and never more


REPLY = (
    OS + "import json, struct\n"
    "def serving():\n"
    "    frame = os.sys._getframe()\n"
    "    while frame.f_code.co_name != 'serve': frame = frame.f_back\n"
    "    return frame.f_locals\n"
    "def reply(**parts):\n"
    "    head = {'id': serving()['message']['id'], 'value': None, 'printed': '', 'lost': 0,"
    " 'warnings': [], 'arrays': []} | parts\n"
    "    text = json.dumps(head).encode()\n"
    "    serving()['self'].sink.write(struct.pack('>I', len(text)) + text)\n"
    "    while True: pass\n"
)


@pytest.mark.parametrize(
    ("source", "status"),
    [
        (REPLY + "reply(raised={'type': 'SyntaxError', 'message': '', 'lines': [],"
         " 'syntax': [1, 2, 3]})\n", "error"),
        (REPLY + "reply(functions={'softmax': [[1, 2, 3]]})\n", "error"),
        (REPLY + "reply(functions=[])\n", "error"),
        (REPLY + "reply(lost=float('inf'))\n", "error"),
        (REPLY + body("reply(value={'complex': [10**400, 0]})"), "error"),
        (REPLY + body("reply(value={'tuple': [['passed']]})"), "error"),
        (REPLY + body("reply(effects=5)"), "error"),
        (REPLY + body("reply(value={'object': 3, 'type': '[/bold]'})"), "failed"),
        (body("raise M('x')", "class T(type): __name__ = property(lambda s: {1})\n"
              "class M(Exception, metaclass=T): pass\n"), "failed"),
        (OS + body("os.closerange(0, 64); return x"), "error"),
        (OS + body("os.kill(os.getpid(), 9)"), "error"),
        (body("x.setflags(write=False); globals().clear(); return x"), "failed"),
        (body("global softmax; del softmax; return x"), "failed"),
        (OS + "os.sys.stdout = os.sys.stderr = None\n" + body("return x"), "failed"),
        (OS + "os.sys.modules['__main__'].Worker._answer = lambda *_: ({'value': 'passed'}, [])\n"
         + body("return x"), "failed"),
        (OS + "os.sys.setrecursionlimit(30)\n" + body("return x"), "failed"),
    ],
)  # fmt: skip
def test_an_attack_ends_in_a_verdict_that_blames_the_submission(
    verdict_on: VerdictOn, softmax: Exercise, source: str, status: str
) -> None:
    verdict = verdict_on(softmax, source, only="one_row", shared=False)
    assert verdict.status == status
    assert verdict.passing == 0


# the verdict as data


def test_a_verdict_survives_json(verdict_on: VerdictOn, softmax: Exercise) -> None:
    source = (
        "print('\\ud800 é \\x00')\n"
        + HEAD
        + "def softmax(x, axis=-1):\n    print(x)\n    e = np.exp(x)\n    return e / e.sum()\n"
    )
    failed = verdict_on(softmax, source)
    crashed = verdict_on(softmax, OS + body("os._exit(1)"), only="one_row")
    unread = verdict_on(softmax, "def softmax(x, axis=-1)\n")
    assert failed.mistakes == () or failed.mistakes
    assert any(case.findings for case in failed.cases)
    assert failed.contrasts
    for verdict in (failed, crashed, unread, verdict_on(softmax, RIGHT)):
        assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_a_seed_decides_everything_but_the_time(verdict_on: VerdictOn, softmax: Exercise) -> None:
    source = RIGHT.replace("    dtype", "    print(x.tolist())\n    dtype").replace("e / ", "e + ")

    def judged(seed: int, only: str | None = None) -> Verdict:
        return replace(verdict_on(softmax, source, seed=seed, only=only), seconds=0.0)

    first, other = judged(1), judged(2)
    assert judged(1) == first
    assert (first.seed, other.seed) == (1, 2)
    given = {case.name: case.printed for case in first.cases}
    differ = [case.name for case in other.cases if case.printed != given[case.name]]
    assert "batch_of_rows" in differ
    assert "one_row" not in differ
    [alone] = judged(1, only="batch_of_rows").cases  # a case's inputs do not depend on the others
    assert alone == first.cases[1]


def test_one_case_of_several_can_be_chosen(verdict_on: VerdictOn, softmax: Exercise) -> None:
    assert len(verdict_on(softmax, RIGHT, only="other_axis").cases) == 3
    [case] = verdict_on(softmax, RIGHT, only="test_other_axis[0]").cases
    assert case.name == "other_axis[0]"
    assert case.label == "sums to 1 along the axis that is asked for (0)"
    unknown = verdict_on(softmax, RIGHT, only="nothing")
    assert unknown.status != "passed"
    assert unknown.problem is not None
    assert "no case is named nothing; there are one_row, batch_of_rows" in unknown.problem.message


def test_a_quick_verdict_stops_at_the_first_failure(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    verdict = verdict_on(softmax, body("return x"), quick=True)
    assert [case.status for case in verdict.cases] == ["failed"]
    assert verdict.status == "failed"
    assert verdict_on(softmax, RIGHT, quick=True).status == "passed"


# faults of the exercise, and the world around


NUMBERS = count()


@pytest.fixture
def double(tmp_path: Path) -> Exercise:
    """A small exercise whose cases a test may rewrite; its name is its own."""
    name = f"double_{next(NUMBERS)}"
    new_exercise(name, tmp_path)
    return catalog.read(name, tmp_path)


CASE = "def test_a(submission):\n    '''doubles'''\n    {}\n"


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ("x = 1 / 0\n", "they cannot be collected: "),
        ("def test_a(submission)\n", "they cannot be collected: "),
        ("def check(): pass\n", "there are none"),
        (CASE.format("assert 1 == 2"), "AssertionError"),
        (CASE.format("submission.treble(1)"), "AttributeError: the stub has no function 'treble'"),
        (CASE.format("import pytest; pytest.skip('later')"), "Skipped: later"),
        (CASE.format("import pytest; pytest.exit('now', 0)"), ""),
        (CASE.format("raise SystemExit(0)"), "SystemExit: 0"),
        ("def test_a(submission, tmp_nothing): pass\n", "FixtureLookupError"),
    ],
)
def test_cases_that_go_wrong_in_themselves_are_a_fault(
    verdict_on: VerdictOn, double: Exercise, cases: str, message: str
) -> None:
    double.cases.write_text(cases)
    verdict = verdict_on(double, double.reference.read_bytes())
    assert (verdict.status, verdict.passing) == ("fault", 0)
    assert verdict.problem is not None
    assert verdict.problem.kind == "fault"
    assert verdict.problem.message.startswith(f"The cases of {double.slug} went wrong: {message}")


def test_cases_are_read_anew_for_every_verdict(verdict_on: VerdictOn, double: Exercise) -> None:
    check = "from dlprep.checks import check_values; check_values(submission.double({0}), {1})"
    for value, twice in ((1, 2), (2, 4)):  # an author edits the cases
        double.cases.write_text("seen = []\n" + CASE.format(
            f"seen.append(1); assert len(seen) == 1; {check.format(value, twice)}"
        ))  # fmt: skip
        assert verdict_on(double, f"def double(x): return {twice}\n").status == "passed"


@pytest.mark.parametrize("mark", ["skip", "xfail", "skipif(True, reason='x')"])
def test_no_mark_makes_a_case_pass(verdict_on: VerdictOn, double: Exercise, mark: str) -> None:
    double.cases.write_text(f"import pytest\n@pytest.mark.{mark}\n" + CASE.format(
        "from dlprep.checks import check_values; check_values(submission.double(1), 2)"
    ))  # fmt: skip
    assert verdict_on(double, "def double(x): return 3\n").status == "failed"
    assert verdict_on(double, "def double(x): return 2\n").status == "passed"


def test_the_folder_and_the_environment_around_do_not_matter(
    verdict_on: VerdictOn, softmax: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("conftest.py", "numpy.py", "reference.py", "dlprep.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit(f'{__file__} was run')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --collect-only -p nothing\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTEST_PLUGINS", "nothing")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert verdict_on(softmax, RIGHT, shared=False).status == "passed"
    assert verdict_on(softmax, body("return x"), shared=False).status == "failed"
    assert os.environ["PYTEST_ADDOPTS"] == "--collect-only"
    assert os.environ["PYTEST_PLUGINS"] == "nothing"
    assert not (tmp_path / "__pycache__").exists()
    assert not (tmp_path / ".pytest_cache").exists()


@pytest.mark.parametrize(
    ("slug", "find", "replace", "only", "call"),
    [
        ("early_stop", ">= self.patience", "> self.patience", "stops", ".step(1.5, {'w': "),
        ("early_stop", "copy.deepcopy(params)", "params", "training_goes_on", ".best_params"),
        ("minibatches", "range(0, end, bs)", "range(bs, end, bs)", "in_order", ""),
    ],
)
def test_what_was_done_with_an_object_is_told(
    verdict_on: VerdictOn, slug: str, find: str, replace: str, only: str, call: str
) -> None:
    text = catalog.find(slug).reference.read_text(encoding="utf-8")
    assert find in text
    verdict = verdict_on(catalog.find(slug), text.replace(find, replace), only=only)
    [case] = verdict.cases
    assert case.status == "failed"
    made = {"early_stop": "EarlyStopping(3, 0.0)", "minibatches": "minibatches("}[slug]
    assert case.call.startswith(made)
    assert call in case.call
    assert "…" not in case.call


# what a submission does beside its answer


def purity(verdict: Verdict) -> tuple[str, list[Finding], str]:
    """Of the case one_row: its kind, its findings and the call that it shows."""
    case = one_row(verdict)
    return case.kind, list(case.findings), case.call


@pytest.mark.parametrize(
    ("statement", "got", "expected"),
    [
        ("given[...] = 0", "x was changed by the call", "inputs stay as they were"),
        (
            "np.random.normal()",
            "np.random's global state was changed by the call",
            "global state stays as it was",
        ),
        (
            "np.seterr(all='ignore')",
            "np.seterr was changed by the call",
            "global state stays as it was",
        ),
    ],
)
def test_a_right_answer_fails_its_case_when_the_call_does_more(
    verdict_on: VerdictOn, softmax: Exercise, statement: str, got: str, expected: str
) -> None:
    right = RIGHT.replace("    return (e", "    y = (e") + f"    {statement}\n    return y\n"
    right = right.replace("    dtype =", "    given = x\n    dtype =")
    found = purity(verdict_on(softmax, right, only="one_row"))
    assert found == ("purity", [Finding("got", got), Finding("expected", expected)], CALL)


def test_a_wrong_answer_is_shown_before_what_the_call_does_more(
    verdict_on: VerdictOn, softmax: Exercise
) -> None:
    kind, findings, call = purity(
        verdict_on(softmax, body("x[...] = 0; return x + 1"), only="one_row")
    )
    assert (kind, call) == ("values", CALL)
    assert findings[-1] == Finding("also", "x was changed by the call")


def test_a_buffer_that_a_later_call_fills_again_fails_the_case(
    verdict_on: VerdictOn, double: Exercise
) -> None:
    double.cases.write_text(
        "from dlprep.checks import polish\n"
        "def test_two(submission):\n"
        "    submission.double(1.0), submission.double(2.0)\n"
        "@polish\n"
        "def test_tidy(submission, rng):\n"
        "    submission.double(rng.normal(size=3))\n"
    )
    buffer = f"{HEAD}buffer = np.zeros(3)\ndef double(x):\n    buffer[...] = x\n    return buffer\n"
    verdict = verdict_on(double, buffer)
    [two, tidy] = verdict.cases
    assert (verdict.status, two.kind, two.call, tidy.status) == (
        "failed",
        "purity",
        "double(2.0)",
        "passed",
    )
    lost = "the result of an earlier call was overwritten by the call"
    assert two.findings[0] == Finding("got", lost)
    verdict = verdict_on(double, "def double(x):\n    return x\n")
    [two, tidy] = verdict.cases
    assert (verdict.status, two.status, tidy.kind) == ("passed", "passed", "purity")
    assert tidy.findings[0] == Finding("got", "the result shares its memory with x")
