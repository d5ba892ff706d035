"""Each format's report: golden files, readers of others, hostile text, what is hidden."""

from __future__ import annotations

import csv
import gc
import io
import json
import re
import tracemalloc
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import gslocal.results
import pytest
import xmlschema
from defusedcsv import csv as defusedcsv
from format_examples import (
    FAILED,
    FAULTY,
    FEEDBACK,
    GOLDEN,
    MANY,
    MISSING,
    NAN,
    ONE_STUDENT,
    PASSED,
    ROWS,
    STOPPED,
    UNREADABLE,
    a_run,
    a_verdict,
    golden_reports,
    graded,
    report,
    suited,
    summary,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from junitparser import Error, Failure
from junitparser.xunit2 import JUnitXml
from markdown_it import MarkdownIt
from rich.cells import cell_len

import dlprep.grading.formats
from dlprep.errors import UserError
from dlprep.grading.formats import FORMATS, SCHEMA, GitHub, redact
from dlprep.grading.formats.text import clip, one_line
from dlprep.grading.model import Feedback, Graded, Task
from dlprep.model import CaseResult, Finding, Location, NamedMistake, Problem, Verdict

HOSTILE = (
    "[/bold] [red] \x1b[2J\x1b]0;t\x07 NaN -Infinity ]]> </failure> <script> & \u202egnp.exe "
    "\ud800 \x00\x08\x9b1m | `x` ![a](http://b) \u2028\r\n::error file=x::forged\r"
    "::stop-commands::t\n  ::set-output name=a::b ##[error]forged ##vso[task.complete] \ufffe"
    " ∂ 漢字 %0A"
)
HIDDEN = "SENTINEL"
STREAMED = ("jsonl", "junit", "csv", "github")
JSON_SCHEMA = json.loads(
    Path(dlprep.grading.formats.__file__).with_name("schema.json").read_text(encoding="utf-8")
)


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
    mistakes=st.lists(st.builds(NamedMistake, ANY, ANY, ANY), max_size=1).map(tuple),
    problem=st.none() | st.builds(Problem, ANY, ANY, st.none() | LOCATIONS, ANY),
    printed=ANY,
)
GRADED = st.builds(Graded, ANY, ANY, ANY, st.none() | VERDICTS)
any_verdict = given(GRADED, st.sampled_from(FEEDBACK))


def holds_no_command(text: str) -> None:
    """A build server that reads this in its log sees nothing but text."""
    assert not re.search(r"(?m)^\s*::", text)
    assert not re.search(r"##(\[|vso\[)", text)


@settings(max_examples=60, deadline=None)
@any_verdict
def test_json_lines_hold_to_the_schema_and_are_read_back(one: Graded, feedback: Feedback) -> None:
    text = report("jsonl", [one], a_run(feedback))
    assert text.isascii()
    holds_no_command(text)
    header, line = map(strict_json, text.splitlines())
    validator = Draft202012Validator(JSON_SCHEMA)
    validator.validate(header)
    validator.validate(line)
    assert header["run"] == a_run(feedback).to_json()
    assert Graded.from_json(line) == redact(timeless(one), feedback)


def timeless(one: Graded) -> Graded:
    """As the JSON lines have it: without the wall time."""
    return replace(one, verdict=one.verdict and replace(one.verdict, seconds=0.0))


def strict_json(text: str) -> Any:
    """JSON as the standard has it: no NaN, no Infinity."""
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@settings(max_examples=60, deadline=None)
@any_verdict
def test_junit_holds_to_the_schema_of_xunit2(one: Graded, feedback: Feedback) -> None:
    text = report("junit", [one], a_run(feedback))
    assert text.isascii()
    holds_no_command(text)
    XUNIT2.validate(ElementTree.fromstring(text))


XUNIT2 = xmlschema.XMLSchema(Path(__file__).with_name("junit-10.xsd"))


@settings(max_examples=60, deadline=None)
@any_verdict
def test_documents_for_one_submission_are_json_without_commands(
    one: Graded, feedback: Feedback
) -> None:
    for name in ("gradescope", "exercism"):
        text = report(name, [one], a_run(feedback))
        assert text.isascii()
        holds_no_command(text)
        results = strict_json(text)
        results["run"] = results["extra_data"] = None  # the run is the grader's own text
        assert json.dumps(results, ensure_ascii=False).encode("utf-8")  # no lone surrogate


@settings(max_examples=60, deadline=None)
@any_verdict
def test_csv_is_one_plain_line_a_row(one: Graded, feedback: Feedback) -> None:
    text = report("csv", [one], a_run(feedback))
    assert all(line.isprintable() for line in text.split("\n"))
    holds_no_command(text)
    header, row = csv.reader(io.StringIO(text))
    assert len(row) == len(header) == text.split("\n")[0].count(",") + 1
    theirs = io.StringIO()
    defusedcsv.writer(theirs, lineterminator="\n").writerow(row)
    ours = io.StringIO()
    csv.writer(ours, lineterminator="\n").writerow(row)
    assert ours.getvalue() == theirs.getvalue()  # nothing was left to be defused


@settings(max_examples=60, deadline=None)
@any_verdict
def test_an_annotation_is_one_command_and_nothing_else_is(one: Graded, feedback: Feedback) -> None:
    text = report("github", [one], a_run(feedback))
    if one.status == "passed":
        assert text == ""
        return
    assert text.endswith("\n")
    assert text[:-1].isprintable()  # so there is no other line
    command, properties, message = parse_command(text[:-1])
    assert command == "error"
    assert properties.keys() <= {"file", "line", "title"}
    assert "title" in properties
    assert message
    assert not re.search(r"##(\[|vso\[)", text)
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
def test_the_summary_is_one_table_of_plain_text(one: Graded, feedback: Feedback) -> None:
    text = summary([one, MISSING], a_run(feedback))
    assert "<" not in text
    holds_no_command(text)
    tokens = MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(text)
    assert [token.type for token in tokens].count("tr_open") == 3
    assert [token.type for token in tokens].count("td_open") == 10
    inline = [child.type for token in tokens for child in token.children or ()]
    assert set(inline) <= {"text", "text_special"}
    cells = [
        "".join(child.content for child in tokens[n + 1].children or ())
        for n, token in enumerate(tokens)
        if token.type == "td_open"
    ]
    bad, good = cells[:5], cells[5:]  # what passed stands last
    row = good if one.status == "passed" or bad[0] == "erin" else bad
    for cell, text in zip(row, (one.who, one.exercise, one.status), strict=False):
        assert cell == clip(one_line(text), 200)


@settings(max_examples=60, deadline=None)
@any_verdict
def test_the_table_fits_and_shows_no_control_character(one: Graded, feedback: Feedback) -> None:
    text = report("table", [one, *MANY], a_run(feedback))
    holds_no_command(text)
    for line in text.split("\n"):
        assert line.isprintable()
        assert len(line) <= 80


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_of_any_encoding_takes_any_text(name: str, encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    writer = FORMATS[name](stream, a_run())
    writer.add(hostile())
    writer.close()
    stream.flush()
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


@pytest.mark.parametrize("name", FORMATS)
def test_text_without_end_is_cut(name: str) -> None:
    long = "x" * 1_000_000
    case = replace(NAN, call=long, findings=(Finding("got", long),), printed=long)
    text = report(name, [graded("ann", a_verdict("failed", case))])
    most = 4_000_000 if name == "jsonl" else 60_000  # the JSON lines are the record: all is kept
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
    mistakes = (NamedMistake("softmax", "no max subtraction", "Subtract the maximum."),)
    return graded("ann", a_verdict("failed", good, bad, mistakes=mistakes, printed=HIDDEN))


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


def everything(name: str, one: Graded, feedback: Feedback) -> str:
    run = a_run(feedback)
    return report(name, [one], run) + (summary([one], run) if name == "github" else "")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("what", SECRETS)
@pytest.mark.parametrize("feedback", ["labels", "score"])
def test_what_a_course_hides_is_in_no_report(name: str, what: str, feedback: Feedback) -> None:
    text = everything(name, SECRETS[what], feedback)
    assert text
    assert HIDDEN not in text


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"csv", "table"}))
def test_the_word_would_be_seen_if_nothing_was_hidden(name: str) -> None:
    assert HIDDEN in everything(name, SECRETS["failed"], "full")


@pytest.mark.parametrize("name", FORMATS)
def test_the_score_alone_tells_no_label_and_no_mistake(name: str) -> None:
    text = everything(name, SECRETS["failed"], "score")
    for word in ("stays finite", "large_logits", "rows", "max subtraction", "maximum"):
        assert word not in text
    labels = everything(name, SECRETS["failed"], "labels")
    assert "max subtraction" in labels or "Subtract the maximum" in labels


def test_the_order_of_statuses_tells_nothing_under_score() -> None:
    some = [replace(NAN, name=f"{n}") for n in range(2)] + [ROWS] * 2
    verdict = a_verdict("failed", *some)
    shown = {redact(graded("ann", replace(verdict, cases=tuple(order))), "score")
             for order in (some, some[::-1], [*some[1:], some[0]])}  # fmt: skip
    assert len(shown) == 1


@settings(max_examples=60, deadline=None)
@given(GRADED)
def test_hiding_twice_hides_no_more_and_counts_the_same(one: Graded) -> None:
    assert redact(one, "full") is one
    for feedback in FEEDBACK:
        hidden = redact(one, feedback)
        assert redact(hidden, feedback) == hidden
        assert redact(hidden, "score") == redact(one, "score")
        assert (hidden.status, hidden.share) == (one.status, one.share)


def test_the_seed_is_not_shown_to_students_where_inputs_are_hidden() -> None:
    assert "seed 2407" in summary([PASSED], a_run("full"))
    for feedback in FEEDBACK[1:]:
        run = a_run(feedback)
        results = json.loads(report("gradescope", [PASSED], run))
        assert "2407" not in summary([PASSED], run)
        assert "2407" not in json.dumps([results["output"], results["tests"]])
        assert results["extra_data"]["run"]["seed"] == 2407
        assert "seed 2407" in report("table", [PASSED], run)


# --- one format after the other


@pytest.mark.parametrize("name", FORMATS)
def test_an_interrupted_run_leaves_a_whole_document(name: str) -> None:
    for some in ([], suited(name)[:1]):
        text = report(name, some)
        if name == "junit":
            XUNIT2.validate(ElementTree.fromstring(text))
        elif name in ("gradescope", "exercism"):
            assert strict_json(text)["tests"] or not some
        elif name == "jsonl":
            assert len(text.splitlines()) == 1 + len(some)
        elif name == "table":
            assert "Nothing was graded." in text or some
    assert "nothing was graded" in summary([])


@pytest.mark.parametrize("name", STREAMED)
def test_memory_does_not_grow_with_the_run(name: str) -> None:
    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    def grow(count: int) -> int:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for n in range(count):
            writer.add(replace(FAILED, who=f"student {n}"))
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before

    writer = FORMATS[name](Nowhere(), a_run())
    tracemalloc.start()
    try:
        grow(20)
        assert grow(300) < 300 * 100  # bytes; a verdict has a thousand
    finally:
        tracemalloc.stop()


def test_a_line_of_json_is_written_as_soon_as_its_verdict_is_there(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        writer = FORMATS["jsonl"](stream, a_run())
        for n, one in enumerate(MANY, 1):
            writer.add(one)
            lines = path.read_text(encoding="utf-8").splitlines()
            assert len(lines) == n + 1
            assert Graded.from_json(json.loads(lines[-1])) == timeless(one)


def test_the_schema_names_every_field_of_the_model() -> None:
    parts = JSON_SCHEMA["$defs"]
    assert parts["header"]["properties"]["run"]["properties"].keys() == a_run().to_json().keys()
    assert parts["header"]["properties"]["run"]["properties"]["schema"]["const"] == SCHEMA
    assert parts["graded"]["properties"].keys() == PASSED.to_json().keys()
    for name, model in [
        ("verdict", Verdict),
        ("case", CaseResult),
        ("mistake", NamedMistake),
        ("problem", Problem),
        ("location", Location),
    ]:
        known = {field.name for field in fields(model)}
        if model is Verdict:
            known.remove("seconds")  # two runs with one seed give the same lines
        assert set(parts[name]["properties"]) == set(parts[name]["required"]) == known


@pytest.mark.parametrize(
    "change",
    [
        {"status": "skipped"},
        {"status": "missing"},
        {"verdict": None},
        {"extra": 1},
        {"who": None},
    ],
)
def test_the_schema_refuses_what_is_no_verdict(change: dict[str, Any]) -> None:
    line = json.loads(report("jsonl", [PASSED]).splitlines()[1])
    validator = Draft202012Validator(JSON_SCHEMA)
    assert validator.is_valid(line)
    assert not validator.is_valid({**line, **change})


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(JSON_SCHEMA)


@pytest.mark.parametrize("feedback", FEEDBACK)
def test_junit_counts_what_a_parser_counts(feedback: Feedback) -> None:
    document = JUnitXml.fromstring(report("junit", MANY, a_run(feedback)).encode())
    suites = list(document)
    assert len(suites) == len(MANY)
    for suite in suites:
        theirs = {"tests": suite.tests, "failures": suite.failures, "errors": suite.errors}
        cases = list(suite)
        results = [result for case in cases for result in case.result]
        assert theirs == {
            "tests": len(cases),
            "failures": sum(isinstance(result, Failure) for result in results),
            "errors": sum(isinstance(result, Error) for result in results),
        }
        assert suite.skipped == 0


def test_junit_tells_a_wrong_answer_from_all_else() -> None:
    document = JUnitXml.fromstring(report("junit", MANY).encode())
    found = [
        (suite.name, case.name, type(result).__name__, result.type)
        for suite in document
        for case in suite
        for result in case.result
    ]
    assert found == [
        ("bob/softmax", "stays_finite", "Failure", "values"),
        ("bob/softmax", "backward", "Failure", "exception"),
        ("carol/softmax", "load", "Error", "syntax"),
        ("dave/softmax", "long_rows", "Error", "timeout"),
        ("dave/softmax", "last", "Error", "not run"),
        ("erin/softmax", "load", "Error", "missing"),
        ("frank/softmax", "load", "Error", "fault"),
        ("ann/lstm_cell", "backward", "Failure", "exception"),
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
        run = a_run(feedback)
        [suite] = JUnitXml.fromstring(report("junit", [one], run).encode())
        assert (suite.tests, suite.errors) == (1, 1)
        assert json.loads(report("exercism", [one], run))["status"] == "error"
        [test] = json.loads(report("gradescope", [one], run))["tests"]
        assert (test["status"], test["score"]) == ("failed", 0)


@pytest.mark.parametrize("feedback", FEEDBACK)
def test_gradescope_results_are_read_by_a_runner_of_others(
    feedback: Feedback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"
    path.write_text(report("gradescope", ONE_STUDENT, a_run(feedback)), encoding="utf-8")
    gslocal.results.format_results(path)
    read = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out)
    assert "Score: 15.00 / 40.00" in read
    assert read.count("FAIL") == {"score": 3}.get(feedback, 3)
    assert read.count("PASS") == {"score": 1}.get(feedback, 4)


@pytest.mark.parametrize("feedback", FEEDBACK)
def test_gradescope_hides_no_test_and_adds_up(feedback: Feedback) -> None:
    results = json.loads(report("gradescope", ONE_STUDENT, a_run(feedback, points=7)))
    tests = results["tests"]
    assert {test["visibility"] for test in tests} == {results["visibility"]} == {"visible"}
    assert {test["output_format"] for test in tests} == {"text"}
    assert sum(test["max_score"] for test in tests) == pytest.approx(4 * 7, abs=1e-3)
    assert sum(test["score"] for test in tests) == pytest.approx(results["score"], abs=1e-3)
    assert results["score"] == 7 + 3.5
    numbers = [test["number"] for test in tests]
    assert len(set(numbers)) == len(numbers)
    assert all(isinstance(number, str) for number in numbers)
    if feedback == "score":
        assert [test["name"] for test in tests if "can be judged" not in test["name"]] == [
            "lstm_cell",
            "softmax",
        ]


def test_a_format_for_one_refuses_two() -> None:
    with pytest.raises(UserError, match=r"one student, and there are several \(ann, bob …\)"):
        report("gradescope", [PASSED, FAILED])
    with pytest.raises(UserError, match="one submission, and there are 2"):
        report("exercism", [PASSED, FAILED])
    tasks = [Task(who, "softmax", None) for who in ("ann", "bob", "carol")]
    for name in FORMATS.keys() - {"gradescope", "exercism"}:
        FORMATS[name].check(tasks)
    with pytest.raises(UserError, match="several"):
        FORMATS["gradescope"].check(tasks)
    with pytest.raises(UserError, match="there are 3"):
        FORMATS["exercism"].check(tasks)
    FORMATS["gradescope"].check(replace(task, who="") for task in tasks)


@pytest.mark.parametrize(
    ("one", "status", "tests"),
    [
        (PASSED, "pass", ["pass", "pass", "pass"]),
        (FAILED, "fail", ["pass", "fail", "fail"]),
        (STOPPED, "fail", ["pass", "error", "error"]),
        (UNREADABLE, "error", []),
        (MISSING, "error", []),
        (FAULTY, "error", []),
    ],
)
def test_exercism_statuses(one: Graded, status: str, tests: list[str]) -> None:
    results = json.loads(report("exercism", [one]))
    assert results["version"] == 3
    assert results["status"] == status
    assert [test["status"] for test in results["tests"]] == tests
    assert (results["message"] is not None) == (status == "error")
    for test in results["tests"]:
        assert bool(test["message"]) or test["status"] == "pass"


def test_exercism_cuts_what_was_printed_at_500_characters() -> None:
    case = replace(NAN, printed="é" * 501)
    results = json.loads(report("exercism", [graded("", a_verdict("failed", case))]))
    output = results["tests"][0]["output"]
    assert len(output) == 500
    assert output.endswith("Output was truncated. Please limit to 500 chars")
    case = replace(NAN, printed="x" * 500)
    results = json.loads(report("exercism", [graded("", a_verdict("failed", case))]))
    assert results["tests"][0]["output"] == "x" * 500


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
    rows = {row["who"]: row for row in csv.DictReader(io.StringIO(report("csv", MANY[:6])))}
    assert {who: row["score"] for who, row in rows.items()} == {
        "ann": "10.0",
        "bob": "3.3333",
        "carol": "0.0",
        "dave": "3.3333",
        "erin": "0.0",
        "frank": "",  # a fault is no grade
    }
    assert rows["bob"]["mistakes"] == "no max subtraction"
    assert (rows["bob"]["passing"], rows["bob"]["total"]) == ("1", "3")


def test_github_annotates_ten_and_summarises_all(tmp_path: Path) -> None:
    some = [replace(one, who=f"student {n}") for n, one in enumerate([FAILED, PASSED] * 13)]
    lines = report("github", some).splitlines()
    assert len(lines) == 10
    assert len({parse_command(line)[1]["title"] for line in lines}) == 10
    text = summary(some)
    assert text.startswith("### dlprep: 13 passed, 13 failed\n")
    assert text.count("| failed |") == 13
    assert text.index("| failed |") < text.index("| passed |")


def test_an_annotation_says_where_and_why() -> None:
    [line] = report("github", [replace(FAILED, file="a:b,c%.py")]).splitlines()
    _, properties, message = parse_command(line)
    assert properties == {
        "file": "a:b,c%.py",
        "line": "14",
        "title": "bob: softmax: 1 of 3 cases pass",
    }
    assert message.startswith("stays finite for large logits\nsoftmax([[1000.")
    assert message.endswith("\n\nYou forgot the max subtraction: exp overflows near 710.")
    [line] = report("github", [graded("", a_verdict("failed", NAN))]).splitlines()
    assert parse_command(line)[2].startswith("stays finite for large logits\nsoftmax([[1000.")
    [line] = report("github", [UNREADABLE]).splitlines()
    assert parse_command(line)[2].startswith("softmax.py is not valid Python")


def test_a_summary_is_appended_and_stays_within_what_github_takes(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    some = [replace(FAILED, who="=" * 100 + str(n)) for n in range(2500)]
    writer = GitHub(io.StringIO(), a_run(), path)
    for one in some:
        writer.add(one)
    writer.close()
    text = path.read_text(encoding="utf-8")
    assert text.startswith("before\n### dlprep: 2500 failed\n")
    assert len(text.encode()) < 1 << 20
    rows = text.count("| failed |")
    assert 500 < rows < 2500
    assert f"and {2500 - rows} more, for which there is no room here" in text


def test_a_summary_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    writer = GitHub(io.StringIO(), a_run(), tmp_path)
    with pytest.raises(UserError, match="cannot be written: is a directory"):
        writer.close()


def tables(some: Sequence[Graded]) -> list[str]:
    return report("table", some).splitlines()


def test_the_table_does_not_depend_on_the_order_of_the_verdicts() -> None:
    assert tables(MANY) == tables(MANY[::-1])


@pytest.mark.parametrize("columns", [30, 40, 60, 120])
def test_the_table_stays_within_a_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    some = [*MANY, replace(PASSED, who="a very long name " * 9), hostile()]
    lines = [re.sub(r"\x1b\[\d*m", "", line) for line in tables(some)]
    assert max(map(cell_len, lines)) <= columns
    assert any("failed" in line and "1/3" in line for line in lines)


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
