"""The judge's process: the memory that it may take, and its end without its caller."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such limits")

STUCK = """
import ctypes, threading
from queue import SimpleQueue
from dlprep.judge import service
from dlprep.sandbox.process import WorkerProcess
worker = WorkerProcess()
worker.wait_ready()
service.signal.signal(service.signal.SIGTERM, service._stop)
threading.Thread(target=service._read, args=(SimpleQueue(),), daemon=True).start()
libc, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(64)
libc.pthread_mutex_lock(mutex)
pid = worker._process.pid
while True:
    try:
        if pid:
            print(pid, flush=True)
            pid = 0
        libc.pthread_mutex_lock(mutex)  # for ever, whatever signals come
    except KeyboardInterrupt:  # one came between two lines
        pass
"""

JUDGE = """
import json, resource, sys
from pathlib import Path
import numpy as np
from dlprep import catalog
from dlprep.authoring.new import new_exercise
from dlprep.judge import service
from dlprep.judge.judge import judge
home = Path(sys.argv[1])
new_exercise("double_it", home)
exercise = catalog.read("double_it", home)
exercise.cases.write_text('''
def test_double(submission):
    \"\"\"doubles\"\"\"
    one = submission.double([1.0, 2.0])
    assert (one + one.T).shape == (2,)
''')
service._limit_memory()
before = resource.getrlimit(resource.RLIMIT_AS)[0]
verdicts = [judge(exercise, text.encode(), seed=1).to_json() for text in sys.argv[2:]]
print(json.dumps([before, verdicts]))
"""


def alive(pid: int) -> bool:
    """Whether a process runs, and is no zombie."""
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@LINUX
def test_a_judge_without_a_caller_ends_within_a_long_call_of_c() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    assert alive(worker)
    process.stdin.close()
    process.stdout.close()
    assert process.wait(20) == 1
    give_up = time.monotonic() + 10
    while alive(worker):
        assert time.monotonic() < give_up
        time.sleep(0.01)


@LINUX
def test_too_large_a_sum_of_answers_is_the_submission_s_fault(tmp_path: Path) -> None:
    head = "import numpy as np\ndef double(x):\n    "
    texts = [
        f"{head}return np.ones((60_000, 1))\n",  # with its transpose, 29 GB
        f"{head}return 2 * np.array(x)\n",
        f"{head}np.ones(400 << 17)  # 400 MiB\n    return 2 * np.array(x)\n",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-c", JUDGE, str(tmp_path), *texts],
        capture_output=True,
        text=True,
        env=environment,
        timeout=100,
        check=True,
    )
    limit, verdicts = json.loads(ran.stdout)
    assert 2 << 30 < limit < 8 << 30
    assert [verdict["status"] for verdict in verdicts] == ["failed", "passed", "passed"]
    [case] = verdicts[0]["cases"]
    assert case["kind"] == "memory"
    assert "there is not enough memory to go on with this answer" in json.dumps(case)
