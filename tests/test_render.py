"""What a person reads: golden pages, and any text at all shown safely in any console."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_pages import GOLDEN, GOLDEN_PAGES, NAN, PAGES, a_problem, a_verdict, golden, printed
from rich.cells import cell_len
from rich.console import Console

from dlprep.checks.values import TOLERANCES
from dlprep.render.page import fold, split_call
from dlprep.render.verdict_page import verdict_page
from dlprep.text import visible
from dlprep.verdict import CaseResult, Finding, Location, NamedMistake, Problem, Verdict


@pytest.mark.parametrize(("name", "width"), GOLDEN_PAGES)
def test_page_reads_as_in_the_golden_file(name: str, width: int) -> None:
    assert golden(name, width) == (GOLDEN / f"{name}-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    coloured = printed(PAGES[name], 80, True, color_system="standard")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert plain == printed(PAGES[name], 80, True)
    assert "\x1b" not in plain


def test_colours_are_sparse() -> None:
    page = printed(PAGES["nan"], 80, True, color_system="standard")
    codes = set(re.findall(r"\x1b\[([0-9;]*)m", page))
    assert codes == {"0", "1", "2", "31"}  # bold, dim and one red mark


ANY = st.text(st.characters(), max_size=60) | st.text(st.characters(exclude_categories=()))
LOCATIONS = st.builds(Location, st.integers(1), ANY, ANY, st.none() | st.integers(0, 200))
CASES = st.builds(
    CaseResult,
    name=ANY,
    label=ANY,
    status=st.sampled_from(["passed", "failed", "error", "not run"]),
    kind=st.sampled_from(["values", "not implemented"]),
    call=ANY,
    findings=st.lists(st.builds(Finding, ANY, ANY), max_size=3).map(tuple),
    location=st.none() | LOCATIONS,
    printed=ANY,
    advice=st.lists(LOCATIONS, max_size=2).map(tuple),
)
VERDICTS = st.builds(
    Verdict,
    exercise=ANY,
    file=ANY,
    status=st.sampled_from(["passed", "failed", "error", "fault"]),
    seed=st.integers(0),
    seconds=st.floats(0, 1e4),
    isolation=ANY,
    cases=st.lists(CASES, max_size=4).map(tuple),
    mistakes=st.lists(st.builds(NamedMistake, ANY, ANY, ANY), max_size=2).map(tuple),
    problem=st.none() | st.builds(Problem, ANY, ANY, st.none() | LOCATIONS, ANY),
    printed=ANY,
)
OPTIONS = st.fixed_dictionaries(
    {"everything": st.booleans(), "case": st.none() | ANY, "keys": st.booleans()}
)


@given(VERDICTS, OPTIONS)
def test_any_text_is_shown_in_a_pipe_without_control_characters(
    verdict: Verdict, options: dict[str, object]
) -> None:
    page = printed(lambda c: verdict_page(verdict, c, **options), 80, False)  # type: ignore[arg-type]
    assert page.endswith("\n")
    for line in page.split("\n"):
        assert line.isprintable()
        assert line == line.rstrip()


@given(VERDICTS, OPTIONS, st.integers(20, 130))
def test_any_text_stays_within_the_terminal(
    verdict: Verdict, options: dict[str, object], width: int
) -> None:
    page = printed(lambda c: verdict_page(verdict, c, **options), width, True)  # type: ignore[arg-type]
    for line in page.split("\n"):
        assert cell_len(line) <= width or r"\x3a:" in line  # an escape made after the folding


@given(st.text(st.characters(exclude_categories=())), st.integers(8, 30), st.booleans())
def test_folding_loses_no_word(text: str, width: int, whole_words: bool) -> None:
    line = visible(text)
    pieces = fold(line, width, "  ", whole_words=whole_words)
    assert "".join(pieces).replace(" ", "") == line.replace(" ", "")
    assert whole_words or max(map(cell_len, pieces)) <= width


@given(st.text("ab(,)[]'\" \\", max_size=60), st.integers(4, 30))
def test_splitting_a_call_loses_nothing(call: str, width: int) -> None:
    assert "".join(split_call(call, width)).replace(" ", "") == call.replace(" ", "")


def test_a_call_is_split_between_its_own_arguments_only() -> None:
    call = "f([1, 2], (3, 4), 'a, b(', {'k': 5, 'l': 6})"
    assert split_call(call, 12) == ["f([1, 2],", "  (3, 4),", "  'a, b(',", "  {'k': 5, 'l': 6})"]


def test_caret_stays_in_view_on_a_long_line() -> None:
    location = Location(1, "x = " + "漢" * 50 + "(" + "y" * 50, column=55)
    verdict = a_problem(Problem("syntax", "'(' was never closed", location))
    page = printed(lambda console: verdict_page(verdict, console), 40, True)
    code, caret = page.split("\n")[5:7]
    assert caret.strip() == "^"
    assert cell_len(code[: code.index("(")]) == len(caret) - 1


def test_prints_without_end_are_cut() -> None:
    case = replace(NAN, printed="x" * 10**6 + "\n" * 10**5 + "end")
    page = printed(lambda c: verdict_page(a_verdict(case), c), 80, False)
    assert "x … 999700 more characters\n" in page
    assert "… 99991 more lines\n" in page


def test_no_line_is_a_command_to_a_build_server() -> None:
    page = printed(PAGES["hostile"], 80, False)
    assert not [line for line in page.split("\n") if line.lstrip().startswith("::")]
    assert "##[" not in page
    assert "##vso[" not in page


def test_a_terminal_gets_the_task_rendered() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=file, force_terminal=True, width=60, _environ={"TERM": "xterm"})
    PAGES["prompt"](console)
    file.flush()
    page = re.sub(r"\x1b\[[0-9;]*m", "", file.buffer.getvalue().decode("ascii"))
    assert "Softmax and its backward" in page
    assert "stability - easy - 15 min" in page
    assert "Write softmax(logits, axis) so that rows sum to 1" in page
    assert "* logits is an array" in page
    assert not {"`", "#  Softmax", "```"} & set(page.split())


def test_a_narrow_list_gives_up_titles_first() -> None:
    page = printed(PAGES["list"], 62, True)
    assert "conv_im2col  Convolution by im2c…  hard     45 min  failing\n" in page
    assert "conv_im2col  failing\n" in printed(PAGES["list"], 24, True)


def test_the_tolerance_of_the_task_is_that_of_the_table() -> None:
    relative = TOLERANCES[np.dtype(float)].text.removesuffix(" relative")
    assert f"within {relative} of the expected one" in printed(PAGES["prompt"], 80, False)


SHOW_ALL = """
import sys; sys.path[:0] = sys.argv[1:]
import render_pages
from dlprep import render
for page in render_pages.PAGES.values():
    page(render.make_console())
"""


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    here = Path(__file__).parent
    keep = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code, str(here), str(here.parent)],
        capture_output=True,
        env=keep | environment,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_every_page_prints_in_every_encoding(encoding: str) -> None:
    done = run_python(SHOW_ALL, PYTHONIOENCODING=encoding, COLUMNS="40")
    assert done.stderr == b""
    page = done.stdout.decode(encoding).replace("\r\n", "\n")
    fails = {"ascii": "x stays", "cp1252": "x stays", "utf-8": "✗ stays"}[encoding]
    assert fails + " finite for large logits" + " " * 37 + "stays_finite\n" in page
    assert ("... 200 more lines" if encoding == "ascii" else "… 200 more lines") in page
    assert "\x1b" not in page


SHOW_NAN = SHOW_ALL.replace("PAGES.values()", "PAGES['nan'],")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
@pytest.mark.parametrize(
    ("environment", "red", "bold"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False, True),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_terminal_gets_the_colours_that_it_wants(
    environment: dict[str, str], red: bool, bold: bool
) -> None:
    ours, theirs = os.openpty()
    here = Path(__file__).parent
    subprocess.run(
        [sys.executable, "-c", SHOW_NAN, str(here), str(here.parent)],
        stdin=theirs,
        stdout=theirs,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "40",
            **environment,
        },
        check=True,
    )
    page = os.read(ours, 100_000).decode()
    os.close(theirs)
    os.close(ours)
    assert "stays finite for large logits" in page
    assert "overflow encountered\r\n" in page
    assert ("\x1b[31m" in page) is red
    assert ("\x1b[1m" in page) is bold


def test_a_verdict_loads_little_of_rich() -> None:
    code = "import sys; sys.path.append(sys.argv[2]); import dlprep.render; print(*sys.modules)"
    loaded = set(run_python(code).stdout.decode().split())
    assert "rich.text" in loaded
    assert not loaded & {"rich.table", "rich.markdown", "rich.syntax", "pygments", "numpy"}
