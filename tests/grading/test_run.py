"""Every submission gets its verdict, whatever the others do and whatever becomes of a judge."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlprep.catalog import HOME, find
from dlprep.grading import run as running
from dlprep.grading.formats import RunInfo
from dlprep.grading.model import Graded, Request, Task
from dlprep.grading.run import AHEAD, LocalExecutor, WarmJudge, isolation_reached, run
from dlprep.judge.process import JudgeProcess
from dlprep.model import Problem, Verdict

RIGHT = (HOME / "solutions/softmax/reference.py").read_bytes()
WRONG = RIGHT.replace(b" - x.max(axis=axis, keepdims=True, initial=-np.inf)", b"")
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
}


def task(who: str) -> Task:
    return Task(who, "softmax", Path(who) / "softmax.py")


def read(one: Task) -> bytes | Problem:
    return TEXTS[one.who]


def terms(seed: int = 1, timeout: float | None = None, isolation: str = "") -> RunInfo:
    started = "2030-01-01T00:00:00+00:00"
    return RunInfo(seed, 1.0, "full", isolation or isolation_reached(), "0.1", started, timeout)


def asked(source: bytes, seed: int = 1, exercise: str = "softmax") -> Request:
    return Request(exercise, source, seed, None)


def timeless(graded: Graded) -> Graded:
    """Without the wall time, the one thing that may differ."""
    if graded.verdict is None:
        return graded
    return replace(graded, verdict=replace(graded.verdict, seconds=0.0))


def grade_all(tasks: list[Task], jobs: int, seed: int = 5) -> dict[str, Graded]:
    with closing(LocalExecutor(jobs, len(tasks))) as executor:
        graded = [timeless(one) for one in run(tasks, read, executor, terms(seed))]
    assert len(graded) == len(tasks)
    return {one.who: one for one in graded}


@pytest.fixture
def judge() -> Iterator[WarmJudge]:
    """One warm judge."""
    with closing(WarmJudge()) as made:
        yield made


def test_verdicts_depend_on_nothing_but_the_submission() -> None:
    tasks = [task(who) for who in TEXTS]
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
        alone = grade_all([task(who)], 1)
        assert alone[who] == one_job[who]


def test_the_seed_is_everyones() -> None:
    graded = grade_all([task(who) for who in ("right", "wrong", "empty")], 2, seed=2**32 - 1)
    assert {one.verdict.seed for one in graded.values() if one.verdict} == {2**32 - 1}


def test_what_has_no_text_is_not_judged() -> None:
    said = Problem("file", "softmax.py is a folder, not a file.")
    tasks = [Task("ada", "softmax", None), task("bob"), task("right")]
    with closing(LocalExecutor(1, 3)) as executor:
        graded = run(tasks, lambda one: said if one.who == "bob" else RIGHT, executor, terms())
        found = {one.who: one for one in graded}
    assert found["ada"] == Graded("ada", "softmax", "", None)
    assert found["ada"].status == "missing"
    bob = found["bob"].verdict
    assert bob == Verdict("softmax", "softmax.py", "error", 1, 0.0, "", problem=said)
    assert found["right"].status == "passed"


def test_a_hundred_submissions_take_no_more_room_than_ten() -> None:
    reads = 0

    def counted(one: Task) -> bytes:
        nonlocal reads
        reads += 1
        return b""

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def verdicts() -> int:
        return sum(type(one) is Verdict for one in gc.get_objects())

    before, others = descriptors(), verdicts()  # other tests keep some for themselves
    with closing(LocalExecutor(2, 100)) as executor:
        lent, most, alive = descriptors(), AHEAD * 2, 0
        tasks = (Task(str(n), "softmax", Path("softmax.py")) for n in range(100))
        for done, graded in enumerate(run(tasks, counted, executor, terms())):
            assert graded.status == "error"
            assert reads - done <= most, "no text is read long before it is judged"
            if done % 20 == 19:
                alive = verdicts() - others
                assert alive <= most, "no verdict is kept"
        assert done == 99
        assert alive > 0
        assert descriptors() == lent
    assert descriptors() == before


def test_a_judge_that_dies_is_replaced(judge: WarmJudge) -> None:
    assert judge.verdict(asked(RIGHT)).status == "passed"
    process = judge._process
    assert process is not None
    os.kill(process._process.pid, signal.SIGKILL)
    assert judge.verdict(asked(RIGHT)).status == "passed"
    assert judge._process is not process
    assert judge.verdict(asked(WRONG)).status == "failed"


def started(monkeypatch: pytest.MonkeyPatch, before_judging: Callable[[int], None]) -> list[int]:
    """The judges that are started from now on; what happens to each when it is to judge."""
    judges: list[int] = []

    class Judge(JudgeProcess):
        def __init__(self) -> None:
            super().__init__()
            judges.append(self._process.pid)

        def judge(self, *words: Any, **terms: Any) -> Verdict:
            before_judging(self._process.pid)
            return super().judge(*words, **terms)

    monkeypatch.setattr(running, "JudgeProcess", Judge)
    return judges


def test_a_judge_that_dies_twice_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    judges = started(monkeypatch, lambda pid: os.kill(pid, signal.SIGKILL))
    with closing(WarmJudge()) as judge:
        verdict = judge.verdict(asked(RIGHT, seed=7))
    assert (verdict.status, verdict.seed, verdict.cases) == ("fault", 7, ())
    assert verdict.problem == Problem(
        "fault",
        "The submission could not be graded: the judge's process ended without a verdict (is there"
        " too little memory?).",
    )
    assert len(judges) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in judges)


def test_a_judge_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE_FACTOR", 0)
    monkeypatch.setattr(running, "PATIENCE", 0.1)

    def the_first_stops(pid: int) -> None:
        monkeypatch.setattr(running, "PATIENCE", 100.0)  # for the second
        if pid == judges[0]:
            os.kill(pid, signal.SIGSTOP)

    judges = started(monkeypatch, the_first_stops)
    with closing(WarmJudge()) as judge:
        assert judge.verdict(asked(RIGHT)).status == "passed"
    assert len(judges) == 2


def test_a_run_that_is_given_up_ends_its_judges() -> None:
    endless = b"def softmax(x, axis=-1):\n    while True:\n        pass\n"
    texts = {"right": RIGHT, "endless": endless}
    executor = LocalExecutor(2, 2)
    pids = [judge._process._process.pid for judge in executor._judges if judge._process]
    tasks = [task("endless"), task("right")]
    graded = run(tasks, lambda one: texts[one.who], executor, terms())
    assert next(graded).who == "right"
    executor.close()
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_an_exercise_that_cannot_be_read_is_a_fault(judge: WarmJudge) -> None:
    verdict = judge.verdict(asked(RIGHT, exercise="no_such_exercise"))
    assert verdict.status == "fault"
    assert verdict.problem is not None
    assert "There is no exercise named" in verdict.problem.message
    assert judge.verdict(asked(RIGHT)).status == "passed"


def test_the_isolation_is_that_of_the_verdicts(judge: WarmJudge) -> None:
    level = isolation_reached()
    assert level in ("full", "process")
    assert judge.verdict(asked(RIGHT)).isolation == level


def test_a_submission_that_was_less_isolated_is_a_fault() -> None:
    class Unlocked(LocalExecutor):
        """As on a machine whose lock fails in the middle of a run."""

        def _verdict(self, request: Request) -> Verdict:
            verdict = super()._verdict(request)
            return replace(verdict, isolation=verdict.isolation and "process")

    tasks = [task("right"), task("not text")]
    with closing(Unlocked(1, 2)) as executor:
        graded = run(tasks, read, executor, terms(isolation="full"))
        found = {one.who: one for one in graded}
        trusted = run([task("right")], read, executor, terms(isolation="process"))
        assert [one.status for one in trusted] == ["passed"]
    assert found["not text"].status == "error"  # no worker was needed for that
    verdict = found["right"].verdict
    assert verdict is not None
    assert (verdict.status, verdict.cases) == ("fault", ())
    said = "The operating system did not lock its worker in."
    assert verdict.problem == Problem("fault", said)


def test_a_run_has_a_timeout_of_its_own() -> None:
    endless = b"def softmax(x, axis=-1):\n    while True:\n        pass\n"
    with closing(LocalExecutor(1, 1)) as executor:
        short = terms(timeout=0.25)
        [graded] = run([task("endless")], lambda one: endless, executor, short)
    assert graded.verdict is not None
    assert graded.status == "error"
    [finding] = graded.verdict.cases[0].findings
    assert finding.text == "no answer after 0.25 s: is there an endless loop?"
    assert graded.verdict.seconds < find("softmax").seconds
