"""Each report: golden files, readers of others, hostile text, what is hidden."""

from __future__ import annotations

import csv
import errno
import gc
import io
import json
import os
import re
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import gslocal.results
import pytest
import xmlschema
from defusedcsv import csv as defusedcsv
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, Skipped
from junitparser.xunit2 import JUnitXml
from markdown_it import MarkdownIt
from report_examples import (
    CONTRASTED,
    FAILED,
    FEEDBACK,
    GOLDEN,
    LEFT_OUT,
    MANY,
    MISSING,
    NAN,
    ONE_STUDENT,
    PASSED,
    ROWS,
    UNREADABLE,
    a_verdict,
    golden_reports,
    graded,
    report,
    results,
    suited,
)
from rich.cells import cell_len

from dlprep.errors import UserError
from dlprep.grading import Feedback, Graded, NotJudged
from dlprep.grading.reports import REPORTS, read_targets, write
from dlprep.text import clip, one_line
from dlprep.verdict import CaseResult, Contrast, Finding, Location, NamedMistake, Problem, Verdict

HOSTILE = (
    "[/bold] [red] \x1b[2J\x1b]0;t\x07 NaN -Infinity ]]> </failure> <script> & \u202egnp.exe "
    "\ud800 \x00\x08\x9b1m | `x` ![a](http://b) \u2028\r\n::error file=x::forged\r"
    "::stop-commands::t\n  ::set-output name=a::b ##[error]forged ##vso[task.complete] \ufffe"
    " ∂ 漢字 %0A"
)
HIDDEN = "SENTINEL"
ALL = (*REPORTS, "summary")


@pytest.fixture(autouse=True)
def plain_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is a pipe's, whatever the environment says."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def test_reports_are_as_in_the_golden_files() -> None:
    golden = {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.iterdir()}
    reports = dict(golden_reports())
    assert reports.keys() == golden.keys()
    for name, text in reports.items():
        assert text == golden[name], name


# --- any text at all, through readers that we did not write


ANY = st.text(st.characters(exclude_categories=()), max_size=40) | st.just(HOSTILE)
LOCATIONS = st.builds(Location, st.integers(1, 99), ANY, ANY, st.none() | st.integers(1, 200))
CASES = st.builds(
    CaseResult,
    name=ANY,
    label=ANY,
    status=st.sampled_from(["passed", "failed", "error", "not run"]),
    kind=st.sampled_from(["values", "timeout", "not implemented", ""]),
    call=ANY,
    findings=st.lists(st.builds(Finding, ANY, ANY), max_size=2).map(tuple),
    location=st.none() | LOCATIONS,
    printed=ANY,
    advice=st.lists(LOCATIONS, max_size=1).map(tuple),
    tier=st.sampled_from(["core", "polish"]),
)
VERDICTS = st.builds(
    Verdict,
    exercise=ANY,
    file=ANY,
    status=st.sampled_from(["passed", "failed", "error", "fault"]),
    seed=st.integers(0, 2**32),
    seconds=st.floats(0, 1e4),
    isolation=ANY,
    cases=st.lists(CASES, max_size=3).map(tuple),
    mistakes=st.lists(st.builds(NamedMistake, ANY, ANY, ANY, ANY), max_size=1).map(tuple),
    problem=st.none() | st.builds(Problem, ANY, ANY, st.none() | LOCATIONS, ANY),
    printed=ANY,
    contrasts=st.lists(st.builds(Contrast, ANY, ANY, st.booleans()), max_size=2).map(tuple),
    remarks=st.lists(LOCATIONS, max_size=1).map(tuple),
)
GRADED = st.builds(Graded, ANY, ANY, ANY, st.none() | VERDICTS, st.none() | ANY, st.none() | ANY)
any_verdict = given(
    GRADED, st.sampled_from(FEEDBACK), st.lists(st.builds(NotJudged, ANY, ANY, ANY))
)


def holds_no_command(text: str) -> None:
    """A build server that reads this in its log sees nothing but text."""
    assert not re.search(r"(?m)^\s*::", text)
    assert not re.search(r"##(\[|vso\[)", text)


@settings(max_examples=60, deadline=None)
@any_verdict
def test_json_lines_are_json_without_commands(
    one: Graded, feedback: Feedback, left_out: list[NotJudged]
) -> None:
    text = report("jsonl", [one], feedback, left_out=left_out)
    assert text.isascii()
    holds_no_command(text)
    first, *rest = map(strict_json, text.splitlines())
    assert (first["who"], first["status"]) == (one.who, one.status)
    assert len(rest) == len(left_out)


def strict_json(text: str) -> Any:
    """JSON as the standard has it: no NaN, no Infinity."""
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@settings(max_examples=60, deadline=None)
@any_verdict
def test_junit_holds_to_the_schema_of_xunit2(
    one: Graded, feedback: Feedback, left_out: list[NotJudged]
) -> None:
    text = report("junit", [one], feedback, left_out=left_out)
    assert text.isascii()
    holds_no_command(text)
    XUNIT2.validate(ElementTree.fromstring(text))


XUNIT2 = xmlschema.XMLSchema(Path(__file__).with_name("junit-10.xsd"))


@settings(max_examples=60, deadline=None)
@any_verdict
def test_gradescope_results_are_json_without_commands(
    one: Graded, feedback: Feedback, left_out: list[NotJudged]
) -> None:
    text = report("gradescope", [one], feedback, left_out=left_out)
    assert text.isascii()
    holds_no_command(text)
    assert json.dumps(strict_json(text), ensure_ascii=False).encode("utf-8")  # no lone surrogate


@settings(max_examples=60, deadline=None)
@any_verdict
def test_csv_is_one_plain_line_a_row(
    one: Graded, feedback: Feedback, left_out: list[NotJudged]
) -> None:
    text = report("csv", [one], feedback, left_out=left_out)
    assert all(line.isprintable() for line in text.split("\n"))
    holds_no_command(text)
    header, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == 1 + len(left_out)
    for row in rows:
        assert len(row) == len(header) == text.split("\n")[0].count(",") + 1
        theirs = io.StringIO()
        defusedcsv.writer(theirs, lineterminator="\n").writerow(row)
        ours = io.StringIO()
        csv.writer(ours, lineterminator="\n").writerow(row)
        assert ours.getvalue() == theirs.getvalue()  # nothing was left to be defused


@settings(max_examples=60, deadline=None)
@any_verdict
def test_an_annotation_is_one_command_and_nothing_else_is(
    one: Graded, feedback: Feedback, left_out: list[NotJudged]
) -> None:
    text = report("github", [one], feedback, left_out=left_out)
    lines = text.split("\n")
    assert lines.pop() == ""
    assert len(lines) == min(10, (one.status != "passed") + len(left_out))
    for line in lines:
        assert line.isprintable()
        command, properties, message = parse_command(line)
        assert command == "error"
        assert properties.keys() <= {"file", "line", "title"}
        assert "title" in properties
        assert message
        assert not re.search(r"##(\[|vso\[)", line)
        holds_no_command(message)


def parse_command(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner reads it (``ActionCommand.TryParseV2``)."""
    assert line.startswith("::")
    head, found, message = line[2:].partition("::")
    assert found
    command, _, properties = head.partition(" ")
    pairs = (pair.split("=", 1) for pair in properties.split(",") if "=" in pair)
    return command, {key: unescape(value) for key, value in pairs}, unescape(message)


def unescape(text: str) -> str:
    for escaped, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, char)
    return text


@settings(max_examples=60, deadline=None)
@any_verdict
def test_the_summary_is_one_table_of_plain_text(
    one: Graded, feedback: Feedback, left_out: list[NotJudged]
) -> None:
    text = report("summary", [one, MISSING], feedback, left_out=left_out)
    assert "<" not in text
    holds_no_command(text)
    tokens = MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(text)
    assert [token.type for token in tokens].count("tr_open") == 3 + len(left_out)
    assert [token.type for token in tokens].count("td_open") == 12 + 6 * len(left_out)
    inline = [child.type for token in tokens for child in token.children or ()]
    assert set(inline) <= {"text", "text_special"}
    cells = [
        "".join(child.content for child in tokens[n + 1].children or ())
        for n, token in enumerate(tokens)
        if token.type == "td_open"
    ]
    bad, good = cells[:6], cells[-6:]  # what passed stands last
    row = good if one.status == "passed" or bad[0] == "erin" else bad
    for cell, text in zip(row, (one.who, one.exercise, one.status), strict=False):
        assert cell == clip(one_line(text), 200)


@settings(max_examples=60, deadline=None)
@any_verdict
def test_the_table_fits_and_shows_no_control_character(
    one: Graded, feedback: Feedback, left_out: list[NotJudged]
) -> None:
    text = report("table", [one, *MANY], feedback, left_out=left_out)
    holds_no_command(text)
    for line in text.split("\n"):
        assert line.isprintable()
        assert cell_len(line) <= 80 or left_out  # a path stays whole, to be copied


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_of_any_encoding_takes_any_text(
    name: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding=encoding))
    write({None: name}, results([hostile()]))
    assert b"[/bold] [red]" in raw.getvalue()
    assert any(escape in raw.getvalue() for escape in (b"u001b[2J", b"x1b[2J"))


def hostile() -> Graded:
    """Hostile text wherever a submission or its owner can put some."""
    case = CaseResult(
        HOSTILE,
        HOSTILE,
        "failed",
        "exception",
        HOSTILE,
        (Finding("raised", HOSTILE),),
        Location(3, HOSTILE, HOSTILE),
        HOSTILE,
    )
    return Graded(HOSTILE, "softmax", HOSTILE, a_verdict("failed", case, printed=HOSTILE))


@pytest.mark.parametrize("name", ALL)
def test_text_without_end_is_cut(name: str) -> None:
    long = "x" * 1_000_000
    case = replace(NAN, call=long, findings=(Finding("got", long),), printed=long)
    text = report(name, [graded("ann", a_verdict("failed", case))])
    most = 4_000_000 if name == "jsonl" else 60_000  # the JSON lines are for programs
    assert len(text) < most


# --- what is hidden


def secret(status: str = "failed") -> Graded:
    """A word that must not be seen, wherever an input or an expected value may stand."""
    place = Location(1, f"x = {HIDDEN}", f"Warning: {HIDDEN}")
    bad = CaseResult(
        "large_logits",
        "stays finite",
        status,  # type: ignore[arg-type]
        HIDDEN,
        f"softmax({HIDDEN})",
        (Finding(HIDDEN, "1"), Finding("expected", HIDDEN)),
        place,
        HIDDEN,
    )
    good = CaseResult("rows", "rows sum to one", "passed", printed=HIDDEN, advice=(place,))
    polish = replace(bad, name="ties", label="stays finite too", tier="polish")
    mistakes = (
        NamedMistake("softmax", "no max subtraction", "Subtract the maximum.", "large_logits"),
    )
    return graded(
        "ann",
        a_verdict(
            "failed",
            *(good, bad, polish),
            mistakes=mistakes,
            printed=HIDDEN,
            contrasts=(Contrast("softmax", HIDDEN, True), Contrast("softmax", HIDDEN, False)),
            remarks=(place,),
        ),
    )


SECRETS = {
    "failed": secret(),
    "error": secret("error"),
    "unreadable": graded(
        "ann",
        a_verdict(
            "error",
            problem=Problem("syntax", "It is not Python.", Location(2, HIDDEN, HIDDEN), "Mend it."),
            printed=HIDDEN,
        ),
    ),
    "fault": graded(
        "ann",
        a_verdict(
            "fault",
            problem=Problem("fault", f"KeyError: {HIDDEN}", Location(2, HIDDEN), HIDDEN),
        ),
    ),
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("what", SECRETS)
@pytest.mark.parametrize("feedback", ["labels", "score"])
def test_what_a_course_hides_is_in_no_report(name: str, what: str, feedback: Feedback) -> None:
    text = report(name, [SECRETS[what]], feedback)
    assert text
    assert HIDDEN not in text


@pytest.mark.parametrize("name", sorted({*ALL} - {"csv", "table", "summary"}))
def test_the_word_would_be_seen_if_nothing_was_hidden(name: str) -> None:
    assert HIDDEN in report(name, [SECRETS["failed"]], "full")


@pytest.mark.parametrize("name", ALL)
def test_the_score_alone_tells_no_label_and_no_mistake(name: str) -> None:
    text = report(name, [SECRETS["failed"]], "score")
    for word in ("stays finite", "large_logits", "rows", "max subtraction", "maximum"):
        assert word not in text
    labels = report(name, [SECRETS["failed"]], "labels")
    assert "max subtraction" in labels or "Subtract the maximum" in labels


def test_the_order_of_statuses_tells_nothing_under_score() -> None:
    some = [replace(NAN, name=f"{n}") for n in range(2)] + [ROWS] * 2
    verdict = a_verdict("failed", *some)
    shown = {graded("ann", replace(verdict, cases=tuple(order))).redacted("score")
             for order in (some, some[::-1], [*some[1:], some[0]])}  # fmt: skip
    assert len(shown) == 1


@settings(max_examples=60, deadline=None)
@given(GRADED)
def test_hiding_twice_hides_no_more_and_counts_the_same(one: Graded) -> None:
    assert one.redacted("full") is one
    for feedback in FEEDBACK:
        hidden = one.redacted(feedback)
        assert hidden.redacted(feedback) == hidden
        assert hidden.redacted("score") == one.redacted("score")
        assert (hidden.status, hidden.share) == (one.status, one.share)
        assert (hidden.polish, hidden.polished) == (one.polish, one.polished)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("feedback", FEEDBACK)
def test_students_get_no_seed_no_times_and_no_folders(name: str, feedback: Feedback) -> None:
    """Who has the seed can make the inputs again."""
    text = report(name, suited(name), feedback, left_out=LEFT_OUT[:1])
    told = [word for word in ("2407", "2026-11", "/home/teacher") if word in text]
    if feedback == "full" and name not in ("gradescope", "github", "summary"):
        assert "2407" in told, "a teacher wants to judge the same again"
        assert "/home/teacher" in told
        assert ("2026-11" in told) == (name != "table")
    else:
        assert told == []
    assert "Softmax.py" in text.replace("&#46;", ".")
    assert "looks like softmax" in text


@pytest.mark.parametrize(
    ("path", "who", "shown"),
    [
        ("/home/ann/subs/ann/hw/softmax.py", "ann", "ann/hw/softmax.py"),
        ("subs/softmax_ann.py.txt", "ann", "softmax_ann.py.txt"),
        ("/autograder/submission/Softmax.py", "", "Softmax.py"),
        ("ann", "ann", "ann"),
    ],
)
def test_a_student_sees_no_folder_above_their_own(path: str, who: str, shown: str) -> None:
    left_out = [NotJudged(path, "is not judged", who)]
    text = report("csv", [], "labels", left_out=left_out)
    assert f'"{shown} is not judged"' in text


@pytest.mark.parametrize("file", ["/home/teacher/subs/bob/softmax.py", "../subs/bob/softmax.py"])
def test_an_annotation_names_no_file_outside_the_checkout(file: str) -> None:
    [line] = report("github", [replace(FAILED, file=file)]).splitlines()
    assert "file=" not in line
    assert "subs" not in line


# --- one format after the other


@pytest.mark.parametrize("name", ALL)
def test_a_report_of_nothing_is_a_whole_document(name: str) -> None:
    text = report(name, [])
    if name == "junit":
        XUNIT2.validate(ElementTree.fromstring(text))
    elif name == "gradescope":
        assert strict_json(text)["tests"] == []
    elif name in ("table", "summary"):
        assert "othing was graded" in text
    else:
        assert len(text.splitlines()) == (name == "csv")


@pytest.mark.parametrize("name", ["jsonl", "junit", "csv", "github"])
def test_memory_does_not_grow_with_the_run(name: str) -> None:
    def most(count: int) -> int:
        many = (replace(FAILED, who=f"student {n}") for n in range(count))
        tracemalloc.reset_peak()
        for _ in REPORTS[name](replace(results([]), graded=lambda: many)):
            gc.collect(0)  # ElementTree leaves a small cycle for each suite
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        most(20)
        assert most(400) < most(20) + 400 * 100  # bytes; a verdict has thousands
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("feedback", FEEDBACK)
def test_junit_counts_what_a_parser_counts(feedback: Feedback) -> None:
    document = JUnitXml.fromstring(report("junit", MANY, feedback).encode())
    suites = list(document)
    assert len(suites) == len(MANY)
    for suite in suites:
        theirs = {"tests": suite.tests, "failures": suite.failures, "errors": suite.errors}
        theirs |= {"skipped": suite.skipped}
        cases = list(suite)
        results = [result for case in cases for result in case.result]
        assert theirs == {
            "tests": len(cases),
            "failures": sum(isinstance(result, Failure) for result in results),
            "errors": sum(isinstance(result, Error) for result in results),
            "skipped": sum(isinstance(result, Skipped) for result in results),
        }


def test_junit_tells_a_wrong_answer_from_all_else() -> None:
    document = JUnitXml.fromstring(report("junit", MANY).encode())
    found = [
        (suite.name, case.name, type(result).__name__, result.type)
        for suite in document
        for case in suite
        for result in case.result
    ]
    assert found == [
        ("ann/lstm_cell", "backward", "Failure", "exception"),
        ("bob/softmax", "stays_finite", "Failure", "values"),
        ("bob/softmax", "backward", "Failure", "exception"),
        ("carol/softmax", "load", "Error", "syntax"),
        ("dave/softmax", "long_rows", "Error", "timeout"),
        ("dave/softmax", "last", "Error", "not run"),
        ("erin/softmax", "load", "Error", "missing"),
        ("frank/softmax", "load", "Error", "fault"),
        ("gina/softmax", "conventions[float32]", "Skipped", "dtype"),
        ("ida/softmax", "stays_finite", "Failure", "values"),
        ("ida/softmax", "conventions[float32]", "Skipped", "dtype"),
    ]


@pytest.mark.parametrize("verdict", [
    a_verdict("passed"),
    a_verdict("passed", ROWS, NAN),
    a_verdict("failed", ROWS),
    a_verdict("fault", ROWS),
])  # fmt: skip
def test_a_verdict_that_its_cases_do_not_bear_out_is_no_pass(verdict: Verdict) -> None:
    one = graded("mallory", verdict)
    for feedback in FEEDBACK:
        [suite] = JUnitXml.fromstring(report("junit", [one], feedback).encode())
        assert (suite.tests, suite.errors) == (1, 1)
        [test] = json.loads(report("gradescope", [one], feedback))["tests"]
        assert (test["status"], test["score"]) == ("failed", 0)


@pytest.mark.parametrize("feedback", FEEDBACK)
def test_gradescope_results_are_read_by_a_runner_of_others(
    feedback: Feedback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"
    path.write_text(report("gradescope", ONE_STUDENT, feedback), encoding="utf-8")
    gslocal.results.format_results(path)
    read = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out)
    assert "Score: 15.00 / 40.00" in read
    assert read.count("FAIL") == {"score": 3}.get(feedback, 3)
    assert read.count("PASS") == {"score": 1}.get(feedback, 5)


@pytest.mark.parametrize("feedback", FEEDBACK)
def test_gradescope_hides_no_test_and_adds_up(feedback: Feedback) -> None:
    shown = json.loads(report("gradescope", ONE_STUDENT, feedback, points=7))
    tests = shown["tests"]
    assert {test["visibility"] for test in tests} == {shown["visibility"]} == {"visible"}
    assert {test["output_format"] for test in tests} == {"text"}
    assert sum(test.get("max_score", 0) for test in tests) == pytest.approx(4 * 7, abs=1e-3)
    assert sum(test.get("score", 0) for test in tests) == pytest.approx(shown["score"], abs=1e-3)
    assert shown["score"] == 7 + 3.5
    polish = [test for test in tests if "polish: " in test["name"]]
    assert [test.get("status") for test in polish] == ([None, "passed"] if polish else [])
    assert bool(polish) == (feedback != "score")
    assert all("score" not in test and "max_score" not in test for test in polish)
    numbers = [test["number"] for test in tests]
    assert len(set(numbers)) == len(numbers)
    assert all(isinstance(number, str) for number in numbers)
    if feedback == "score":
        assert [test["name"] for test in tests if "can be judged" not in test["name"]] == [
            "lstm_cell",
            "softmax",
        ]


def test_a_format_for_one_refuses_two() -> None:
    said = r"one student, and there are several \(ann, bob …\)"
    with pytest.raises(UserError, match=said):
        report("gradescope", [PASSED, FAILED])
    for name in REPORTS.keys() - {"gradescope"}:
        read_targets([name], [], ["ann", "bob", "carol"])
    with pytest.raises(UserError, match=said):
        read_targets(["gradescope"], [], ["ann", "bob", "carol"])
    read_targets(["gradescope"], [], ["", ""])


@pytest.mark.parametrize(
    ("who", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'    =1"),
        (" =1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        ("a,b;=1", "a,b;=1"),
        ('say "hi"', 'say "hi"'),
        ("two\nlines", "two\\nlines"),
        ("José 漢字", "José 漢字"),
        ("::error::x", "\\x3a:error::x"),
    ],
)
def test_csv_cell(who: str, cell: str) -> None:
    text = report("csv", [replace(PASSED, who=who)])
    [row] = csv.DictReader(io.StringIO(text))
    assert row["who"] == cell
    assert text.splitlines()[1].startswith('"')


def test_csv_grades() -> None:
    rows = {row["who"]: row for row in csv.DictReader(io.StringIO(report("csv", MANY[1:])))}
    assert {who: row["score"] for who, row in rows.items()} == {
        "ann": "10.0",
        "bob": "3.3333",
        "carol": "0.0",
        "dave": "3.3333",
        "erin": "0.0",
        "frank": "",  # a fault is no grade
        "gina": "10.0",  # polish costs no points
        "hal": "10.0",
        "ida": "5.0",
    }
    assert rows["bob"]["mistakes"] == "no max subtraction"
    assert (rows["bob"]["passing"], rows["bob"]["total"]) == ("1", "3")
    assert (rows["gina"]["polish_passing"], rows["gina"]["polish_total"]) == ("1", "2")
    assert rows["gina"]["remark"] == "open polish: keeps float32"


def test_github_annotates_ten_and_summarises_all(tmp_path: Path) -> None:
    some = [replace(one, who=f"student {n}") for n, one in enumerate([FAILED, PASSED] * 13)]
    lines = report("github", some).splitlines()
    assert len(lines) == 10
    assert len({parse_command(line)[1]["title"] for line in lines}) == 10
    text = report("summary", some)
    assert text.startswith("### dlprep: 13 passed, 13 failed\n")
    assert text.count("| failed |") == 13
    assert text.index("| failed |") < text.index("| passed |")


def test_an_annotation_says_where_and_why() -> None:
    [line] = report("github", [replace(FAILED, file="a:b,c%.py")]).splitlines()
    _, properties, message = parse_command(line)
    assert properties == {
        "file": "a:b,c%.py",
        "line": "9",
        "title": "bob: softmax: 1 of 3 cases pass",
    }
    assert message.startswith("the backward returns the gradient\nsoftmax_backward(dout, y)")
    [line] = report("github", [CONTRASTED]).splitlines()
    _, properties, message = parse_command(line)
    assert properties["title"] == "ida: softmax: 1 of 2 cases pass; polish: 1 of 2"
    assert message.startswith("stays finite for large logits\nsoftmax([[1000.")
    assert "\nright for   one row · axis = 0\nwrong for   large logits\n" in message
    assert message.endswith("\n\nYou forgot the max subtraction: exp overflows near 710.")
    [line] = report("github", [graded("", a_verdict("failed", NAN))]).splitlines()
    assert parse_command(line)[2].startswith("stays finite for large logits\nsoftmax([[1000.")
    [line] = report("github", [UNREADABLE]).splitlines()
    assert parse_command(line)[2].startswith("softmax.py is not valid Python")


def test_a_summary_stays_within_what_github_takes() -> None:
    some = [replace(FAILED, who="=" * 100 + str(n)) for n in range(2500)]
    text = report("summary", some)
    assert text.startswith("### dlprep: 2500 failed\n")
    assert len(text.encode()) < 1 << 20
    rows = text.count("| failed |")
    assert 500 < rows < 2500
    assert f"and {2500 - rows} more, for which there is no room here" in text


def test_a_summary_is_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    target = {tmp_path / "log.txt": "github"}
    write(target, results([FAILED]))
    assert path.read_text(encoding="utf-8") == "before\n" + report("summary", [FAILED])
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    with pytest.raises(UserError, match=r"The step summary .* cannot be written: is a directory"):
        write(target, results([FAILED]))


def tables(some: Sequence[Graded]) -> list[str]:
    return report("table", some).splitlines()


@pytest.mark.parametrize("columns", [30, 40, 60, 120])
def test_the_table_stays_within_a_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    some = [*MANY, replace(PASSED, who="a very long name " * 9), hostile()]
    write({None: "table"}, results(some, left_out=LEFT_OUT))
    lines = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out).splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert any("failed" in line and "1/3" in line for line in lines)
    assert any("looks like" in line for line in lines)


def test_a_table_names_no_more_than_anyone_reads() -> None:
    lines = report("table", [PASSED], left_out=LEFT_OUT * 40).splitlines()
    assert len(lines) < 40
    assert "  and 60 more" in lines
    assert "  1 submission: 1 passed; 80 not judged" in lines


def test_a_table_of_many_exercises_has_one_group_each() -> None:
    headings = [line for line in tables(MANY) if line and not line.startswith(" ")]
    assert headings == ["lstm_cell", "softmax"]
    headings = [line for line in tables(ONE_STUDENT) if line and not line.startswith(" ")]
    assert headings == ["ann"]
    files = [replace(one, who="") for one in ONE_STUDENT]
    assert tables(files) == tables(ONE_STUDENT)[1:]


def test_a_long_table_holds_every_row_once() -> None:
    some = [replace(PASSED, who=f"student{n:04}") for n in range(1234)]
    lines = tables(some)
    assert lines[0] == "softmax"
    assert lines[1:1235] == [f"  student{n:04}  passed   3/3" for n in range(1234)]
    assert lines[1236] == "  1234 submissions: 1234 passed"


# --- where reports go


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_targets(folder: Path) -> None:
    assert read_targets([], []) == {None: "table"}
    targets = read_targets(["csv=a=b.csv", "table"], [])
    assert targets == {Path("a=b.csv"): "csv", None: "table"}
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pdf"], "There is no format 'pdf'; there are table, jsonl, junit,"),
        (["=x"], "There is no format ''"),
        (["csv="], "The format 'csv=' names no file."),
        (["csv", "jsonl"], "Only one format can go to standard output"),
        (["csv", "csv"], "Only one format can go to standard output"),
        (["csv=x", "jsonl=./x"], "./x cannot be written: it is the log, or another report's file."),
        (["csv=link.jsonl"], "link.jsonl cannot be written: it is the log"),
        (["csv=no/x"], "no/x cannot be written: no such file or directory."),
        (["csv=sub"], "sub cannot be written: is a directory."),
    ],
)
def test_targets_that_cannot_be(folder: Path, words: list[str], said: str) -> None:
    (folder / "sub").mkdir()
    (folder / "run.jsonl").write_text("what took a night\n")
    (folder / "link.jsonl").symlink_to("run.jsonl")
    before = sorted(folder.iterdir())
    with pytest.raises(UserError, match=re.escape(said)):
        read_targets(words, [Path("run.jsonl")])
    assert sorted(folder.iterdir()) == before
    assert (folder / "run.jsonl").read_text() == "what took a night\n"


def test_a_report_that_fails_does_not_take_the_others_along(folder: Path) -> None:
    (folder / "x.csv").mkdir()
    targets = [(Path("x.csv"), "csv"), (Path("x.xml"), "junit")]
    for some in (targets, targets[::-1]):
        with pytest.raises(UserError, match=r"x\.csv cannot be written: is a directory\."):
            write(dict(some), results([PASSED]))
        assert "ann" in (folder / "x.xml").read_text()
        (folder / "x.xml").unlink()


def test_a_report_is_whole_or_as_it_was(folder: Path) -> None:
    def broken() -> Iterator[Graded]:
        yield PASSED
        raise OSError(errno.EIO, "Input/output error")

    (folder / "x.csv").write_text("of last year\n")
    with pytest.raises(UserError, match=r"x\.csv cannot be written: input/output error\."):
        write({Path("x.csv"): "csv"}, replace(results([]), graded=broken))
    assert (folder / "x.csv").read_text() == "of last year\n"
    assert [path.name for path in folder.iterdir()] == ["x.csv"]


def test_a_link_is_followed_and_a_device_is_written_to(folder: Path) -> None:
    (folder / "link.csv").symlink_to("real.csv")
    targets = read_targets(["csv=link.csv", "junit=/dev/null"], [])
    write(targets, results([PASSED]))
    assert (folder / "link.csv").is_symlink()
    assert "ann" in (folder / "real.csv").read_text()
    assert Path("/dev/null").is_char_device()
    reader, writer = os.pipe()
    write(read_targets([f"csv=/dev/fd/{writer}"], []), results([PASSED]))
    assert b"ann" in os.read(reader, 10_000), "as `--format csv=>(command)` in a shell"
    os.close(reader)
    os.close(writer)
    full = read_targets(["csv=/dev/full"], [])
    with pytest.raises(UserError, match="/dev/full cannot be written: no space left on device"):
        write(full, results([PASSED]))
