"""Every submission gets its verdict, whatever the others do and whatever becomes of a judge."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from report_examples import RUN, a_verdict

from dlprep.catalog import HOME, find
from dlprep.errors import FaultError, UserError
from dlprep.grading import Graded, Run, Task
from dlprep.grading.log import open_log
from dlprep.grading.run import (
    AHEAD,
    IN_VAIN,
    Judges,
    JudgesLost,
    isolation_reached,
    judge_request,
    local_judges,
    run,
    terms_of,
    undone,
    versions,
)
from dlprep.grading.submissions import Submissions
from dlprep.judge import service
from dlprep.judge.service import JudgeFault, JudgeProcess, WarmJudge
from dlprep.verdict import Problem, Verdict

RIGHT = (HOME / "solutions/softmax/reference.py").read_bytes()
WRONG = RIGHT.replace(b" - x.max(axis=axis, keepdims=True)", b"")
ENDLESS = b"def softmax(x, axis=-1):\n    while True:\n        pass\n"
TEXTS = {
    "right": RIGHT,
    "wrong": WRONG,
    "stub": find("softmax").stub.read_bytes(),
    "accepted": (HOME / "solutions/softmax/accepted/log_softmax.py").read_bytes(),
    "empty": b"",
    "syntax": b"def softmax(x:\n",
    "exits": b"raise SystemExit(0)\n" + RIGHT,
    "exits in a call": RIGHT.replace(b"    e = ", b"    raise SystemExit(0)\n    e = "),
    "recursion": b"def softmax(x, axis=-1):\n    return softmax(x, axis)\n",
    "noise": RIGHT.replace(b"    e = ", b"    print('PASSED\\n::error::x')\n    e = "),
    "patches": b"import numpy\nnumpy.allclose = numpy.exp = numpy.abs = lambda *a, **k: True\n"
    + RIGHT,
    "not text": b"\0" * 100,
    "endless": ENDLESS,
}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Task]]:
    """``handed_in("right", "wrong")``: the tasks of people who are called as their text is."""
    root = tmp_path_factory.mktemp("subs")
    for who, text in TEXTS.items():
        (root / who).mkdir()
        (root / who / "softmax.py").write_bytes(text)
    return lambda *people: [Task(who, "softmax", root / who / "softmax.py") for who in people]


def terms(seed: int = 1, timeout: float | None = None, isolation: str = "") -> Run:
    made = replace(RUN, seed=seed, timeout=timeout, isolation=isolation or isolation_reached())
    return replace(made, versions=versions(made.started))


def timeless(graded: Graded) -> Graded:
    """Without the wall time, the one thing that may differ."""
    return replace(graded, verdict=graded.verdict and replace(graded.verdict, seconds=0.0))


def grade_all(tasks: list[Task], jobs: int, seed: int = 5, **how: Any) -> dict[str, Graded]:
    with local_judges(jobs) as judges:
        graded = [timeless(one) for one, _ in run(tasks, judges, terms(seed, **how))]
    assert len(graded) == len(tasks)
    return {one.who: one for one in graded}


@pytest.fixture
def judge() -> Iterator[WarmJudge]:
    """One warm judge."""
    with closing(WarmJudge()) as made:
        yield made


def test_verdicts_depend_on_nothing_but_the_submission(
    handed_in: Callable[..., list[Task]],
) -> None:
    tasks = handed_in(*TEXTS)[:-1]
    one_job = grade_all(tasks, 1)
    assert {who: graded.status for who, graded in one_job.items()} == {
        "right": "passed",
        "wrong": "failed",
        "stub": "failed",
        "accepted": "passed",
        "empty": "error",
        "syntax": "error",
        "exits": "error",
        "exits in a call": "failed",
        "recursion": "failed",
        "noise": "passed",
        "patches": "failed",
        "not text": "error",
    }
    assert grade_all(tasks[::-1], 2) == one_job
    for who in ("right", "wrong"):
        alone = grade_all(handed_in(who), 1)
        assert alone[who] == one_job[who]


def test_the_seed_is_everyones(handed_in: Callable[..., list[Task]]) -> None:
    graded = grade_all(handed_in("right", "wrong", "empty"), 2, seed=2**32 - 1)
    assert {one.verdict.seed for one in graded.values() if one.verdict} == {2**32 - 1}


def test_a_run_has_a_timeout_of_its_own(handed_in: Callable[..., list[Task]]) -> None:
    with local_judges(1) as judges:
        [(graded, _)] = run(handed_in("endless"), judges, terms(timeout=0.25))
    assert graded.verdict is not None
    assert graded.status == "error"
    [finding] = graded.verdict.cases[0].findings
    assert finding.text == "no answer after 0.25 s: is there an endless loop?"
    assert graded.verdict.seconds < find("softmax").seconds


# --- the loop, with any executor


class Inline(Executor):
    """Judges at once, in this thread, as it is told; notes what it was given."""

    def __init__(self, judge: Callable[[bytes], Verdict]) -> None:
        self.judge, self.texts = judge, list[bytes]()

    def submit(self, work: Any, /, *words: Any, **_: Any) -> Future[Any]:
        assert work is judge_request
        exercise, source, _terms = words
        assert exercise == "softmax"
        self.texts.append(source)
        future: Future[Any] = Future()
        try:
            future.set_result(self.judge(source))
        except Exception as error:
            future.set_exception(error)
        return future


def judged(judge: Callable[[bytes], Verdict], tasks: list[Task], **how: Any) -> list[Graded]:
    level = how.pop("isolation", "full")
    judges = Judges(Inline(judge), level, lambda: 2, **how)
    return [graded for graded, _ in run(tasks, judges, terms(isolation=level))]


def passing(source: bytes) -> Verdict:
    return a_verdict("passed")


def test_a_verdict_is_about_a_text_and_when_it_was_handed_in(
    handed_in: Callable[..., list[Task]],
) -> None:
    [right] = handed_in("right")
    assert right.path is not None
    os.utime(right.path, (1e9, 1e9))
    judges = Judges(Inline(passing), "full", lambda: 1)
    [(graded, source)] = run([right], judges, terms())
    assert source == RIGHT
    assert graded.text == sha256(RIGHT).hexdigest()
    assert graded.submitted == "2001-09-09T01:46:40+00:00"
    assert graded.file == str(right.path)


def test_what_has_no_text_is_not_judged(tmp_path: Path) -> None:
    tasks = [Task("ada", "softmax", None), Task("bob", "softmax", tmp_path)]
    ada, bob = judged(lambda _: pytest.fail("judged"), tasks)
    assert ada == Graded("ada", "softmax", "", None)
    assert ada.status == "missing"
    said = Problem("file", "softmax.py is a folder, not a file.")
    assert bob.verdict == Verdict("softmax", "softmax.py", "error", 1, 0.0, "", problem=said)
    assert bob.text is None


def test_a_hundred_submissions_take_no_more_room_than_ten(
    handed_in: Callable[..., list[Task]],
) -> None:
    [right] = handed_in("right")
    executor, before = Inline(passing), 0
    judges = Judges(executor, "full", lambda: 2)
    for done, _ in enumerate(run([right] * 100, judges, terms())):
        assert len(executor.texts) - done <= AHEAD * 2, "no text is read long before its turn"
        if done in (9, 99):
            gc.collect()
            alive = sum(type(one) is Graded for one in gc.get_objects())
            before = before or alive
            assert alive <= before, "no verdict is kept"
    assert done == 99


def test_a_fault_is_tried_twice(handed_in: Callable[..., list[Task]]) -> None:
    executor = Inline(passing)

    def once(source: bytes) -> Verdict:
        if len(executor.texts) == 1:
            raise JudgeFault("the judge's process ended without a verdict")
        return a_verdict("passed")

    executor.judge = once
    [(graded, _)] = run(handed_in("right"), Judges(executor, "full", lambda: 1), terms())
    assert graded.status == "passed"
    assert len(executor.texts) == 2


def test_a_fault_is_that_submissions_alone(handed_in: Callable[..., list[Task]]) -> None:
    def poisoned(source: bytes) -> Verdict:
        if source == WRONG:
            raise JudgeFault("the judge's process ended without a verdict")
        return a_verdict("passed")

    graded = judged(poisoned, handed_in("right", "wrong", "stub"))
    found = {one.who: one for one in graded}
    assert {who: one.status for who, one in found.items()} == {
        **{"right": "passed", "wrong": "fault", "stub": "passed"}
    }
    assert found["wrong"].verdict is not None
    assert found["wrong"].verdict.problem == Problem(
        "fault",
        "The submission could not be graded: the judge's process ended without a verdict.",
    )


def test_where_nothing_can_be_judged_it_is_told_once(
    handed_in: Callable[..., list[Task]],
) -> None:
    def broken(source: bytes) -> Verdict:
        raise OSError(12, "Cannot allocate memory")

    with pytest.raises(FaultError, match=r"Nothing can be judged\. .*Cannot allocate memory\.$"):
        judged(broken, handed_in("right") * 500)
    graded = judged(broken, handed_in("right") * (IN_VAIN - 1))
    assert [one.status for one in graded] == ["fault"] * (IN_VAIN - 1)

    executor = Inline(passing)
    executor.judge = lambda _: broken(b"") if len(executor.texts) > 1 else a_verdict("passed")
    graded = [one for one, _ in run(handed_in("right") * 20, Judges(executor, "", lambda: 1), RUN)]
    assert [one.status for one in graded] == ["passed"] + ["fault"] * 19


def test_judges_that_are_gone_end_the_run(handed_in: Callable[..., list[Task]]) -> None:
    def gone() -> None:
        raise JudgesLost("The Dask scheduler was lost.")

    def cancelled(source: bytes) -> Verdict:
        raise CancelledError

    with pytest.raises(JudgesLost, match="was lost"):
        judged(cancelled, handed_in("right"), check=gone)


def test_a_machine_that_judges_otherwise_ends_the_run(
    handed_in: Callable[..., list[Task]],
) -> None:
    here = terms()
    there = replace(here, versions=replace(here.versions, numpy="1.0", catalogue="c0ffee"))
    with (
        local_judges(1) as judges,
        pytest.raises(JudgesLost, match=r"has numpy \S+, and this one 1\.0: install the same"),
    ):
        list(run(handed_in("right"), judges, there))


def test_a_submission_that_was_less_isolated_is_a_fault(
    handed_in: Callable[..., list[Task]],
) -> None:
    def unlocked(source: bytes) -> Verdict:
        return replace(a_verdict("passed"), isolation="process" if source else "")

    empty, right = judged(unlocked, handed_in("right", "empty"))  # the fault was tried again
    assert right.verdict is not None
    assert (right.status, right.verdict.cases) == ("fault", ())
    said = "The operating system did not lock its worker in."
    assert right.verdict.problem == Problem("fault", said)
    assert empty.status == "passed", "no worker was needed for that"
    [trusted] = judged(unlocked, handed_in("right"), isolation="process")
    assert trusted.status == "passed"


# --- judges


def test_a_judge_that_dies_is_replaced(judge: WarmJudge) -> None:
    assert judge.judge("softmax", RIGHT, seed=1).status == "passed"
    process = judge._process
    assert process is not None
    os.kill(process._process.pid, signal.SIGKILL)
    with pytest.raises(JudgeFault):
        judge.judge("softmax", RIGHT, seed=1)
    assert judge.judge("softmax", RIGHT, seed=1).status == "passed"
    assert judge._process is not process
    assert judge.judge("softmax", WRONG, seed=1).status == "failed"


def started(monkeypatch: pytest.MonkeyPatch, before_judging: Callable[[int], None]) -> list[int]:
    """The judges that are started from now on; what happens to each when it is to judge."""
    judges: list[int] = []

    class Judge(JudgeProcess):
        def __init__(self, **how: Any) -> None:
            super().__init__(**how)
            judges.append(self._process.pid)

        def judge(self, *words: Any, **terms: Any) -> Verdict:
            before_judging(self._process.pid)
            return super().judge(*words, **terms)

    monkeypatch.setattr(service, "JudgeProcess", Judge)
    return judges


def test_a_judge_that_dies_twice_is_a_fault(
    handed_in: Callable[..., list[Task]], monkeypatch: pytest.MonkeyPatch
) -> None:
    judges = started(monkeypatch, lambda pid: os.kill(pid, signal.SIGKILL))
    with local_judges(1) as local:
        [(graded, _)] = run(handed_in("right"), local, terms(seed=7))
    verdict = graded.verdict
    assert verdict is not None
    assert (verdict.status, verdict.seed, verdict.cases) == ("fault", 7, ())
    assert verdict.problem is not None
    assert "process ended without a verdict" in verdict.problem.message
    assert len(judges) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in judges)


def test_a_judge_that_hangs_is_replaced(
    handed_in: Callable[..., list[Task]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE_FACTOR", 0)
    monkeypatch.setattr(service, "PATIENCE", 0.1)

    def the_first_stops(pid: int) -> None:
        monkeypatch.setattr(service, "PATIENCE", 100.0)  # for the second
        if pid == judges[0]:
            os.kill(pid, signal.SIGSTOP)

    judges = started(monkeypatch, the_first_stops)
    with local_judges(1) as local:
        [(graded, _)] = run(handed_in("right"), local, terms())
    assert graded.status == "passed"
    assert len(judges) == 2


def test_a_run_that_is_given_up_ends_its_judges(
    handed_in: Callable[..., list[Task]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = started(monkeypatch, lambda _: None)
    with local_judges(2) as judges:
        graded = run(handed_in("endless", "right"), judges, terms())
        assert next(graded)[0].who == "right"
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_an_exercise_that_cannot_be_read_is_a_fault(judge: WarmJudge) -> None:
    with pytest.raises(Exception, match="There is no exercise named"):
        judge.judge("no_such_exercise", RIGHT, seed=1)
    assert judge.judge("softmax", RIGHT, seed=1).status == "passed"


def test_the_isolation_is_that_of_the_verdicts(judge: WarmJudge) -> None:
    level = isolation_reached()
    assert level in ("full", "process")
    assert judge.judge("softmax", RIGHT, seed=1).isolation == level


# --- going on


def test_what_is_left_to_do(handed_in: Callable[..., list[Task]], tmp_path: Path) -> None:
    tasks = handed_in("right", "wrong", "stub", "syntax")
    folder, gone = tmp_path / "softmax.py", Task("erin", "softmax", None)
    folder.mkdir()
    tasks += [Task("dan", "softmax", folder), gone]

    def judge(source: bytes) -> Verdict:
        if source == WRONG:
            raise JudgeFault("it is a fault")
        return a_verdict("passed")

    with open_log(None, "begin") as log:
        assert undone(tasks, log) == tasks
        log.begin(terms(), tasks, Submissions(tasks, [], []))
        for graded, source in run(tasks[:3] + tasks[4:], Judges(Inline(judge), "", lambda: 1), RUN):
            log.add(graded, source)
        assert [task.who for task in undone(tasks, log)] == ["wrong", "syntax"], "a fault, and new"
        folder.rmdir()
        folder.write_bytes(RIGHT)
        [right, *_] = tasks
        changed = replace(right, path=handed_in("stub")[0].path)
        come = replace(gone, path=right.path)
        tasks = [changed, *tasks[1:5], come, replace(tasks[2], path=None)]
        left = [(task.who, task.path is None) for task in undone(tasks, log)]
    assert left == [
        *[("right", False), ("wrong", False), ("syntax", False), ("dan", False), ("erin", False)],
        ("stub", True),
    ]


def test_the_terms_of_a_run(handed_in: Callable[..., list[Task]]) -> None:
    tasks = handed_in("right")

    def terms_now(seed: int | None, timeout: float | None) -> Run:
        return terms_of(log, tasks, seed, timeout, "full", RUN.started)

    with open_log(None, "begin") as log:
        assert len({terms_now(None, None).seed for _ in range(3)}) == 3, "a new one each time"
        begun = terms_now(0, 0.5)
        assert (begun.seed, begun.timeout) == (0, 0.5)
        assert begun.exercises.keys() == {"softmax"}
        assert begun.versions == versions(RUN.started)
        log.begin(begun, tasks, Submissions(tasks, [], []))
        assert terms_now(None, None) == terms_now(0, 0.5) == begun
        said = "was begun with another --seed or --timeout: leave them out"
        for seed, timeout in ((1, None), (None, 0.25)):
            with pytest.raises(UserError, match=said):
                terms_now(seed, timeout)
        log.begin(replace(begun, exercises={"softmax": "5e7"}), tasks, Submissions(tasks, [], []))
        with pytest.raises(UserError, match=r"The exercise softmax has changed since .* was begun"):
            terms_now(None, None)
