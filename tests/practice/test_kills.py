"""`dlprep check` is killed at random moments: what the user was shown is in the record.

Two shells check at once in one workspace. To start the command and a judge for each kill would
take minutes; so each shell is one process that has loaded the command line and a judge, and each
check a fork of it that runs the command from its arguments on.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from recording import ENVIRONMENT

from dlprep.practice.record import Record

SEEDS = {"left": 1000, "right": 2000}  # of each shell's first check
MANY = "DLPREP_NIGHTLY" in os.environ
KILLS = 100 if MANY else 10  # in each shell
EARLY = 8 if MANY else 2  # of them while the submission is judged; then the judge is lost as well

SHELL = '''
import json, os, random, select, signal, sys, time
from pathlib import Path

import dlprep.cli.practise, dlprep.practice.workspace, dlprep.render.verdict_page, hashlib
from dlprep.cli import run
from dlprep.cli.shared import Early
from dlprep.judge.service import JudgeProcess

sys.path.insert(0, sys.argv[1])
from test_kills import EARLY, KILLS, SEEDS, submission

name = sys.argv[2]
chance = random.Random(name)
answered, answer = os.pipe()

class Judge(JudgeProcess):
    """It tells the shell when it has answered: what is to be killed comes after that."""

    def judge(self, *arguments, **options):
        verdict = super().judge(*arguments, **options)
        os.write(answer, b"!")
        return verdict

def check(seed):
    """Run the command in a fork; its process, and its output."""
    output, end = os.pipe()
    pid = os.fork()
    if not pid:
        os.dup2(end, 1)
        sys.argv = ["dlprep", "check", "softmax", "--seed", str(seed)]
        sys.argv += ["--case", "large_logits"] if seed % 5 else []  # it is quicker
        try:
            run(Early(judge, time.perf_counter()))
        except SystemExit as done:
            time.sleep(0.01)  # as long as an interpreter needs to end
            os._exit(done.code)
    os.close(end)
    return pid, open(output, "rb")

def await_answer(seconds):
    ready, _, _ = select.select([answered], [], [], seconds)
    return bool(ready and os.read(answered, 1))

judge = Judge()
said, kills, number, judging, span = [], 0, 0, [], 0.1
while kills < KILLS and number < 3 * KILLS:
    number += 1
    marker = f"{name}-{number}"
    new = Path(f"{name}.new")
    new.write_bytes(submission(marker))
    new.replace("softmax.py")
    measured, early = number < 4, kills < EARLY
    began = time.perf_counter()
    pid, output = check(SEEDS[name] + number)
    if measured:
        has_answered = await_answer(60)
    elif early:
        has_answered = await_answer(chance.uniform(0, 1.2 * min(judging[1:])))
    else:
        has_answered = await_answer(60)
        time.sleep(chance.uniform(0, span))
    judged = time.perf_counter()
    if not measured:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    killed = os.WIFSIGNALED(status)
    kills += killed
    if measured:
        judging.append(judged - began)
        span = time.perf_counter() - judged
    elif not has_answered and not await_answer(0):  # its answer is still in the pipe
        judge.kill()
        judge.close()
        judge = Judge()
    elif not early:
        span *= 1.02 if killed else 0.85  # most kills are to come before the end, but late, too
    said.append({"marker": marker, "killed": killed, "page": output.read().decode(),
                 "answered": has_answered, "exit": os.waitstatus_to_exitcode(status)})
judge.close()
print(json.dumps(said))
'''


def submission(marker: str) -> bytes:
    """A wrong solution that its page can be told by, and of a size of its own."""
    chance = random.Random(marker)
    noise = "".join(chance.choices("abcdefgh ", k=chance.choice([10, 3000, 20_000])))
    return f"def softmax(x, axis=-1):\n    raise ValueError('attempt {marker}')\n# {noise}".encode()


@dataclass(frozen=True)
class Attempt:
    """One check, and what its user saw of it."""

    marker: str
    killed: bool
    answered: bool
    page: str
    exit: int


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_every_check_that_was_shown_survives_kills(tmp_path: Path) -> None:
    shells = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", SHELL, str(Path(__file__).parent), name],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT | {"NO_COLOR": "1"},
        )
        for name in SEEDS
    ]
    attempts = [
        Attempt(**attempt) for shell in shells for attempt in json.loads(shell.communicate()[0])
    ]
    assert [shell.returncode for shell in shells] == [0, 0]
    killed = [attempt for attempt in attempts if attempt.killed]
    assert len(killed) == len(SEEDS) * KILLS
    assert {attempt.exit for attempt in attempts} == {-signal.SIGKILL, 1}

    record = Record(tmp_path / ".dlprep" / "record.jsonl")
    kept = Counter()
    for event in record.events():
        text = record.text(event.text_hash)
        assert text is not None
        (marker,) = re.findall(rb"attempt ([a-z]+-[0-9]+)'", text)
        assert text == submission(marker.decode())
        assert (event.exercise, event.kind, event.status) == ("softmax", "checked", "failed")
        kept[event.seed, marker.decode()] += 1
    assert {*kept.values()} == {1}
    shown = 0
    for attempt in attempts:
        shell, _, number = attempt.marker.partition("-")
        seed = SEEDS[shell] + int(number)
        if attempt.page:
            # The other shell may have saved its text in between: the page says what was judged.
            (judged,) = {*re.findall(r"attempt ([a-z]+-[0-9]+)", attempt.page)}
            assert f"seed {seed}" in attempt.page
            assert (seed, judged) in kept, f"{attempt.marker} was shown and is not kept"
            shown += attempt.killed
    recorded = kept.total() - (len(attempts) - len(killed))
    print(
        f"{len(killed)} checks were killed: {sum(not a.answered for a in killed)} before the"
        f" verdict, {recorded} after they were recorded, {shown} of these after they were shown;"
        f" {len(attempts) - len(killed)} came to their end; {record.unreadable} lines were torn"
    )
    if MANY:
        assert 0 < shown < recorded < len(killed), "the kills fell all on one side"
