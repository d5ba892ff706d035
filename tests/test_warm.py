"""A fork of the warm process behaves as a new process does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from warm import Fork, Warm

ENDS = {
    "nothing": "pass",
    "a code": "raise SystemExit(3)",
    "a text": "raise SystemExit('a sentence')",
    "a large code": "raise SystemExit(259)",
    "no tidying up": "import os; os._exit(7)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "Ctrl-C": "import os, signal; os.kill(os.getpid(), signal.SIGINT)",
    "an exception": "1 / 0",
    "at exit": "import atexit; atexit.register(print, 'goodbye'); print('hello')",
    "a thread": "import threading, time\n"
    "threading.Thread(target=lambda: (time.sleep(0.1), print('late'))).start()",
    "much": "import sys; print('x' * 1_000_000); print('y' * 1_000_000, file=sys.stderr)",
    "no output": "import sys; sys.stdout.flush(); sys.stdout.close()",
    "a full disk": "import os; os.dup2(os.open('/dev/full', os.O_WRONLY), 1); print('lost')",
    "no input": "input()",
}
LOOKS = {
    "arguments": "import sys; print(sys.argv, sys.flags, __name__)",
    "paths": "import sys; print(sys.path)",
    "descriptors": "import os; print(sorted(os.listdir('/proc/self/fd')))",
    "environment": "import os; print(sorted(os.environ.items()), os.getcwd())",
    "zone": "import time; print(time.tzname)",
    "temporary files": "import tempfile; print(tempfile.gettempdir())",
    "streams": "import sys\n"
    "for one in (sys.stdin, sys.stdout, sys.stderr):\n"
    "    print(one.encoding, one.errors, one.line_buffering, one.isatty(), one.fileno())",
    "signals": "import signal; print([signal.getsignal(n) for n in range(1, signal.NSIG)])",
    "a child": "import subprocess, sys\n"
    "print(subprocess.Popen([sys.executable, '-P', '-c', 'raise SystemExit(5)']).wait())",
}


@pytest.fixture
def server(warm: Warm | None) -> Warm:
    """The server, on a system that can have one."""
    if warm is None:
        pytest.skip("the system cannot pass descriptors on, or wait for them")
    return warm


@pytest.mark.parametrize("program", [*ENDS.values(), *LOOKS.values()], ids=[*ENDS, *LOOKS])
def test_a_fork_is_as_a_process(server: Warm, tmp_path: Path, program: str) -> None:
    words = ("-c", program, "two words", "", "é")
    env = {**os.environ, "TZ": "NOON-7", "TMPDIR": str(tmp_path), "STRANGE": "\udcff"}
    new = subprocess.run(
        [sys.executable, "-P", *words],
        cwd=tmp_path,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    fork = server.run(*words, cwd=tmp_path, env=env)
    # The traceback begins with the server's own lines.
    said = new.stderr.decode().replace("Traceback (most recent call last):\n", "")
    assert (fork.code, fork.out) == (new.returncode, new.stdout.decode())
    assert fork.err.endswith(said)
    assert bool(fork.err) == bool(said)


def test_no_two_forks_draw_the_same(server: Warm, tmp_path: Path) -> None:
    program = "import random, numpy; print(random.random(), numpy.random.random(), sep='\\n')"
    one, other = (server.run("-c", program, cwd=tmp_path, env=os.environ).out for _ in range(2))
    assert not {*one.split()} & {*other.split()}


def test_a_command_starts_its_judge_as_a_fork(server: Warm, tmp_path: Path) -> None:
    program = """
from pathlib import Path
from dlprep.judge.service import JudgeProcess
judge = JudgeProcess()
print([*Path("/proc/self/task").iterdir()][0].joinpath("children").read_text())
assert judge.judge("softmax", b"", seed=1).problem.kind == "empty"
judge.close()
"""
    ran = server.run("-c", program, cwd=tmp_path, env=os.environ)
    assert (ran.code, ran.out, ran.err) == (0, "\n", ""), "a judge of its own would be its child"


def test_one_that_hangs_is_killed(server: Warm, tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        server.run("-c", "import time; time.sleep(60)", cwd=tmp_path, env=os.environ, seconds=0.2)
    assert server.run("-c", "pass", cwd=tmp_path, env=os.environ).code == 0


def test_forks_end_with_the_server(tmp_path: Path) -> None:
    server = Warm()
    fork = Fork(server.address, ["-c", "import time; time.sleep(60)"], cwd=tmp_path)
    assert fork.poll() is None
    server.close()
    end = time.monotonic() + 20
    while Path(f"/proc/{fork.pid}").exists():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_who_starts_a_fork_may_be_killed_meanwhile(server: Warm, tmp_path: Path) -> None:
    starter = "import subprocess, sys\nwhile True: subprocess.run([sys.executable, '-P', '-c', ''])"
    for _ in range(5):
        fork = Fork(server.address, ["-c", starter], cwd=tmp_path)
        time.sleep(0.02)
        fork.send_signal(signal.SIGKILL)
        assert fork.wait(20) == -signal.SIGKILL
    assert server.run("-c", "pass", cwd=tmp_path, env=os.environ).code == 0


def test_ctrl_c_reaches_what_the_tests_start() -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE)
    assert done.returncode == -signal.SIGINT


def test_it_does_so_in_the_background_of_a_shell(request: pytest.FixtureRequest) -> None:
    name = f"{__file__}::{test_ctrl_c_reaches_what_the_tests_start.__name__}"
    done = subprocess.run(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-m", "pytest", name],
        cwd=request.config.rootpath,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout
