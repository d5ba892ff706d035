"""The log: what is written is read back, whatever was torn, added or mistyped in between."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from report_examples import FAILED, MANY, MISSING, PASSED, RUN, UNREADABLE

from dlprep.errors import UserError
from dlprep.grading import Graded, NotJudged, Run, Task, Versions
from dlprep.grading import log as logs
from dlprep.grading.log import Log, open_log, results
from dlprep.grading.reports import REPORTS
from dlprep.grading.submissions import Submissions
from dlprep.verdict import CaseResult, Finding, Location, NamedMistake, Problem, Verdict

SCHEMA = json.loads(Path(logs.__file__).with_name("schema.json").read_text(encoding="utf-8"))
SOURCE = b"def softmax(x, axis=-1): ..."
TEXT = sha256(SOURCE).hexdigest()
LEFT = NotJudged("subs/gus/Softmax.py", "looks like softmax", "gus")


def handed_in(graded: Graded, source: bytes = SOURCE) -> Graded:
    """As it comes from a run: about this text, without the wall time, which is not kept."""
    verdict = graded.verdict and replace(graded.verdict, seconds=0.0)
    text = sha256(source).hexdigest() if verdict else None
    return replace(graded, verdict=verdict, text=text)


NEW = {"polished", "tier", "case", "contrasts", "remarks"}  # keys that schema 2 lacked
ANN, BOB = handed_in(PASSED), handed_in(FAILED)


def task(graded: Graded) -> Task:
    return Task(graded.who, graded.exercise, Path(graded.file) if graded.file else None)


def write(
    log: Log,
    *graded: Graded,
    run: Run = RUN,
    to_judge: tuple[Graded, ...] = (),
    left: tuple[NotJudged, ...] = (),
) -> None:
    """A run, as the command writes it."""
    tasks = [task(one) for one in to_judge or graded]
    log.begin(run, tasks, Submissions(tasks, list(left), []))
    for one in graded:
        log.add(one, SOURCE if one.text else None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The log of a run that judged two submissions."""
    path = tmp_path / "run.jsonl"
    with open_log(path, "begin") as log:
        write(log, ANN, BOB)
    return path


def read(*paths: Path) -> list[Graded]:
    """All verdicts that count."""
    with ExitStack() as opened:
        found = [opened.enter_context(open_log(path, "read")) for path in paths]
        return list(results(found).graded())


def opened(path: Path, how: Literal["begin", "resume", "read"]) -> None:
    """Open a log, and close it again."""
    with open_log(path, how):
        pass


WAYS: tuple[Literal["resume", "read"], ...] = ("resume", "read")


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


# --- what is written


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    many = [handed_in(one) for one in MANY]
    with open_log(tmp_path / "run.jsonl", "begin") as log:
        write(log, *many[::-1], left=(LEFT,))
        here = results([log])
        assert list(here.graded()) == list(here.graded()) == many, "by exercise, then by who"
    with open_log(tmp_path / "run.jsonl", "read") as log:
        there = results([log])
        assert list(there.graded()) == many
    for one in (here, there):
        assert one.runs == (RUN,)
        assert one.not_judged == (LEFT,)


def test_each_line_is_on_the_disk_before_the_next_verdict(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with open_log(path, "begin") as log:
        write(log, to_judge=(ANN, BOB))
        assert len(lines(path)) == 2
        for one, count in ((ANN, 4), (BOB, 5)):
            log.add(one, SOURCE)
            assert len(lines(path)) == count


def test_a_text_stands_once_before_the_first_verdict_that_names_it(file: Path) -> None:
    latin = "# caf\xe9".encode("latin-1")
    with open_log(file, "resume") as log:
        write(log, ANN)
        log.add(handed_in(BOB, latin), latin)
    kinds = [next(key for key in line if key != "who") for line in lines(file)]
    assert kinds == [
        *("run", "to_judge", "text", "exercise", "exercise"),
        *("run", "to_judge", "exercise", "text", "exercise"),
    ]
    first, second = (line for line in lines(file) if next(iter(line)) == "text")
    assert first == {"text": TEXT, "utf8": SOURCE.decode()}
    assert second == {"text": sha256(latin).hexdigest(), "base64": "IyBjYWbp"}


def test_two_runs_with_one_seed_write_the_same_verdicts(tmp_path: Path) -> None:
    written = []
    for seconds in (0.1, 9.0):
        path = tmp_path / f"{seconds}"
        assert ANN.verdict is not None
        with open_log(path, "begin") as log:
            write(log, replace(ANN, verdict=replace(ANN.verdict, seconds=seconds)))
        written.append(path.read_bytes().splitlines()[1:])
    assert written[0] == written[1]


def test_a_log_without_a_name_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_log(None, "begin") as log:
        write(log, ANN)
        assert list(results([log]).graded()) == [ANN]
        many = [handed_in(one) for one in MANY] * 3
        write(log, *many)
        next(iter(results([log]).graded()))
        write(log, *many)
        assert list(results([log]).graded()) == many[: len(MANY)], "it may be read in between"
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["/dev/full", "/dev/zero", "/dev/null"])
def test_a_device_is_no_place_for_a_log(name: str) -> None:
    for how in WAYS:
        with pytest.raises(UserError, match=f"{name} is a pipe or a device, and no place for"):
            opened(Path(name), how)


# --- a log that is there already


def test_a_log_is_gone_on_with_only_when_told(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(UserError, match=r"go on with it \(--resume\), or take another --log"):
        opened(file, "begin")
    opened(file, "resume")
    assert file.read_bytes() == before


def test_what_is_not_there_yet_or_empty_is_begun(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, how in (("empty", "begin"), ("empty", "resume"), ("new", "resume")):
        with open_log(tmp_path / name, how) as log:
            assert log.runs == []


def test_a_line_may_be_torn_anywhere(file: Path) -> None:
    with open_log(file, "resume") as log:
        before = file.read_bytes()
        log.add(MISSING, None)
    line = file.read_bytes()[len(before) :]
    for length in range(len(line)):
        file.write_bytes(before + line[:length])
        assert read(file) == [ANN, BOB]
        with open_log(file, "resume") as log:
            log.add(MISSING, None)
        assert file.read_bytes() == before + line


def test_what_a_crash_left_of_a_line_is_cut_off(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole + b"\0" * 100 + b"\n")
    opened(file, "resume")
    assert file.read_bytes() == whole


@pytest.mark.parametrize(
    "text",
    [
        *(b"what took a night\n", b"what took a night", b"\xff\n", b"5\n", b"[1]\n", b'{"a": 1}\n'),
        *(b'{"run": {"see', b"\n", b"[" * 100_000 + b"\n", b'{"run": nan}\n'),
    ],
)
def test_what_is_not_a_log_stays_as_it_is(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "x").write_bytes(text)
    for how in WAYS:
        with pytest.raises(UserError, match=r"x is not a log of dlprep grade\."):
            opened(tmp_path / "x", how)
    assert (tmp_path / "x").read_bytes() == text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"schema": 3', '"schema": 4', "line 1: it is of schema 4, and this dlprep reads 2 and 3"),
        ('"seed": 2407, "t', '"seed": "2407", "t', "line 1: 'run.seed' must be a whole number"),
        ('"timeout": null', '"timeout": 0', "line 1: 'run' has a seed or a timeout that no run"),
        ('"timeout": null', '"timeout": NaN', "line 1: 'run' has a seed or a timeout that no run"),
        ('"seed": 2407, "t', '"seed": -1, "t', "line 1: 'run' has a seed or a timeout that no run"),
        ('"started": "2026', '"started": 5, "x": "', "line 1: 'run.started' must be text, not 5"),
        ('"numpy": ', '"numpi": ', "line 1: 'run.versions.numpy' is missing"),
        ('[["ann"', '[["x", "ann"', "line 2: 'to_judge' must be a list, not ['x', 'ann', "),
        ('{"text": ', '{"text": 5, "x": ', "line 3: 'text' must be text, not 5."),
        ('{"who": "ann"', '{"who": ["ann"]', "line 4: 'who' must be text, not ['ann']."),
        ('"label": "rows', '"label": 5, "x": "rows', "line 4: 'verdict.cases.label' must be text"),
        ('{"who": "ann"', '[]\n{"who": "ann"', "line 4: it is not a JSON object."),
        ('{"who": "ann"', '{"who"\n{"who": "ann"', "line 4: it is not a JSON object."),
        ('"verdict": {', '"verdict": 5, "x": {', "line 4: 'verdict' must be a table, not 5."),
    ],
)
def test_a_malformed_line_is_told(file: Path, old: str, new: str, said: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    before = file.read_bytes()
    for how in WAYS:
        with pytest.raises(UserError, match=re.escape(said)):
            opened(file, how)
    assert file.read_bytes() == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Everything in some JSON: what holds it, and where."""
    for key in data if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


@settings(max_examples=200)
@given(st.data())
def test_mistyped_anywhere_it_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "run.jsonl"
    with open_log(path, "begin") as log:
        write(log, ANN, BOB, handed_in(UNREADABLE), left=(LEFT,))
    changed = lines(path)
    holder, key = data.draw(st.sampled_from(list(places(changed))))
    if data.draw(st.booleans()):
        holder[key] = data.draw(JSON)
    else:
        del holder[key]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in changed))
    for how in WAYS:
        said = ""
        try:
            with open_log(path, how) as log:
                for report in REPORTS.values():
                    "".join(report(results([log])))
        except UserError as error:
            said = str(error)
        assert re.search(r"^$|line \d+[:,] [^\n]+\.$|is not a log|the results of one student", said)


def test_what_a_later_version_adds_is_skipped_and_kept(file: Path) -> None:
    added = [{**line, "colour": "red"} for line in lines(file)]
    added[0]["run"]["key"] = "5e"
    added[3]["verdict"]["stars"] = 1
    added[3]["verdict"]["cases"][0]["core"] = True
    added.insert(2, {"appeal": "ann", "text": TEXT})
    added.append({"who": "ann", "late": True})
    file.write_text("".join(f"{json.dumps(line)}\n" for line in added))
    assert read(file) == [ANN, BOB]
    with open_log(file, "resume") as log:
        write(log, handed_in(UNREADABLE))
    assert lines(file)[: len(added)] == added


def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone cannot be opened: no such file or directory\."):
        opened(tmp_path / "gone", "read")
    for how in WAYS:
        with pytest.raises(UserError, match=r"cannot be opened: is a directory\."):
            opened(tmp_path, how)
    (tmp_path / "empty").touch()
    with pytest.raises(UserError, match=r"empty is empty\."):
        opened(tmp_path / "empty", "read")


# --- which verdicts count


def later(run: Run, seconds: int) -> Run:
    return replace(run, started=f"2026-11-21T10:00:{seconds:02}.000+00:00")


def test_the_latest_verdict_counts(file: Path) -> None:
    again = replace(BOB, verdict=ANN.verdict)
    with open_log(file, "resume") as log:
        write(log, again)
        assert list(results([log]).graded()) == [ANN, again]
    assert read(file) == [ANN, again]


def test_of_several_logs_the_latest_run_counts(file: Path, tmp_path: Path) -> None:
    again, third = replace(BOB, verdict=ANN.verdict), handed_in(UNREADABLE)
    with open_log(tmp_path / "later.jsonl", "begin") as log:
        write(log, again, third, run=later(RUN, 5))
    with open_log(tmp_path / "same.jsonl", "begin") as log:
        write(log, BOB, run=later(RUN, 5))
    one, two = file, tmp_path / "later.jsonl"
    assert read(one, two) == read(two, one) == [ANN, again, third]
    assert read(one, two, tmp_path / "same.jsonl") == [ANN, BOB, third], "then by order"
    assert read(two, tmp_path / "same.jsonl", two) == [again, third]


def test_what_a_killed_run_did_not_reach_is_not_judged(file: Path, tmp_path: Path) -> None:
    third = handed_in(UNREADABLE)
    with open_log(file, "resume") as log:
        write(log, BOB, to_judge=(BOB, third))
        said = "was not reached before the run ended"
        assert results([log]).not_judged == (NotJudged("carol/softmax.py", said, "carol"),)
        log.add(third, SOURCE)
        assert results([log]).not_judged == ()


def test_what_is_not_judged_is_said_until_it_no_longer_is_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["subs/gus/Softmax.py", "subs/hal/softmax.ipynb", "subs/ivy"]
    left = tuple(NotJudged(name, "is not judged") for name in names)
    for name in names[:2]:
        Path(name).parent.mkdir(parents=True)
        Path(name).touch()
    Path("subs/ivy").mkdir()
    path = tmp_path / "run.jsonl"

    def said(*now: NotJudged, judged: str = "") -> list[str]:
        graded = (replace(ANN, who="ivy", file=judged),) if judged else ()
        with open_log(path, "resume") as log:
            write(log, *graded, left=now)
            return [one.path for one in results([log]).not_judged]

    assert said(*left) == sorted(names)
    assert said(left[0]) == sorted(names), "another folder, or one exercise alone, was graded"
    Path("subs/gus/Softmax.py").rename("subs/gus/softmax.py")
    assert said() == names[1:]
    assert said(judged="subs/ivy/softmax.py") == [names[1]]
    count = len(lines(path))
    assert said() == [names[1]]
    assert len(lines(path)) == count + 2, "nothing is said twice"


# --- the schema


def strict(part: Any) -> Any:
    """The schema without room for what it does not name."""
    if isinstance(part, list):
        return [strict(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: strict(value) for key, value in part.items()}
    if part.get("type") == "object" and "properties" in part:
        made["additionalProperties"] = False
    return made


def test_every_line_is_as_the_schema_says(tmp_path: Path) -> None:
    path, latin = tmp_path / "run.jsonl", b"\xe9"
    with open_log(path, "begin") as log:
        write(log, *map(handed_in, MANY), MISSING, run=real_run(), left=(LEFT,))
        log.add(handed_in(PASSED, latin), latin)
    Draft202012Validator.check_schema(SCHEMA)
    validator = Draft202012Validator(strict(SCHEMA))
    for line in lines(path):
        validator.validate(line)
    line = lines(path)[-1]
    for change in ({"status": "skipped"}, {"verdict": None}, {"extra": 1}, {"text": "5e"}):
        assert not validator.is_valid({**line, **change})


def real_run() -> Run:
    return replace(RUN, versions=replace(RUN.versions, catalogue=TEXT), exercises={"softmax": TEXT})


def test_the_schema_names_every_field_of_the_model() -> None:
    parts = SCHEMA["$defs"]
    assert parts["run"]["properties"]["schema"]["enum"] == [*logs.READ]
    assert parts["graded"]["properties"].keys() == PASSED.to_json().keys()
    for part, model in [
        (parts["run"], Run),
        (parts["run"]["properties"]["versions"], Versions),
        (parts["verdict"], Verdict),
        (parts["case"], CaseResult),
        (parts["case"]["properties"]["findings"]["items"], Finding),
        (parts["mistake"], NamedMistake),
        (parts["problem"], Problem),
        (parts["location"], Location),
    ]:
        known = {field.name for field in fields(model)}
        if model is Verdict:
            known.remove("seconds")  # two runs with one seed give the same lines
        assert set(part["properties"]) == known
        assert set(part["required"]) == known - NEW


def test_a_log_of_schema_2_is_read(tmp_path: Path) -> None:
    """Its cases are core, its mistakes belong to the first failing case."""
    path, old = tmp_path / "new.jsonl", tmp_path / "old.jsonl"
    with open_log(path, "begin") as log:
        write(log, ANN, BOB)

    def without(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: without(one) for key, one in data.items() if key not in NEW}
        return [without(one) for one in data] if isinstance(data, list) else data

    text = "".join(json.dumps(without(line)) + "\n" for line in lines(path))
    old.write_text(text.replace('"schema": 3', '"schema": 2'))
    assert "tier" not in old.read_text()
    with open_log(old, "read") as log:
        ann, bob = results([log]).graded()
    assert (ann.status, ann.counts, ann.polish) == ("passed", ANN.counts, (0, 0))
    assert bob.verdict
    assert bob.verdict.hints(bob.verdict.failing[0]) != []
    with open_log(old, "resume") as log:
        assert log.latest.keys() == {(one.who, one.exercise) for one in (ANN, BOB)}
