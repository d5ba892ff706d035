"""The worker's process: its deadline, its end however it comes, and what it can reach."""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlprep.sandbox import process, wire
from dlprep.sandbox.process import WorkerLost, WorkerProcess

SECONDS = 60.0  # more than any request here needs, however busy the machine is
SHORT = 0.3  # for those that need for ever

no_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")


def refuse(*_: object) -> Any:
    raise AssertionError("no callback was expected")


def load(worker: WorkerProcess, source: str, seconds: float = SECONDS) -> dict[str, Any]:
    text = np.frombuffer(source.encode(), np.uint8)
    message = {"op": "load", "name": "work", "file": "work.py"}
    reply, _ = worker.request(message, [text], seconds, refuse)
    assert "raised" not in reply, reply
    return reply


def ask(worker: WorkerProcess, *args: Any, seconds: float = SECONDS) -> dict[str, Any]:
    """The raw reply to a call of the submission's ``f``."""
    arrays: list[Any] = []
    nodes = [wire.Codec().encode(value, arrays) for value in (args, {})]
    message = {"op": "call", "function": "f", "args": nodes[0], "kwargs": nodes[1]}
    reply, _ = worker.request(message, arrays, seconds, refuse)
    return reply


def lost(worker: WorkerProcess, *args: Any, seconds: float = SECONDS) -> WorkerLost:
    """How the worker was lost during a call of ``f``; it is closed then."""
    with pytest.raises(WorkerLost) as caught:
        ask(worker, *args, seconds=seconds)
    assert worker.closed
    return caught.value


def runs(pid: int) -> bool:
    """Whether a process runs; one that ended but was not waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_worker_says_what_a_file_defines_and_answers(worker: WorkerProcess) -> None:
    assert worker.isolation == ""
    reply = load(worker, "def f(x, *, y=[1]): return [x, y]\nz = 3\ndef _hidden(): pass\n")
    assert worker.isolation in ("full", "process")
    assert reply["functions"] == {
        "f": [["x", "POSITIONAL_OR_KEYWORD", False], ["y", "KEYWORD_ONLY", True]]
    }
    reply = ask(worker, 5)
    assert reply["value"] == {"list": [5, {"list": [1]}]}
    assert (reply["printed"], reply["lost"], reply["warnings"]) == ("", 0, [])


# the deadline


def test_an_endless_loop_ends_at_the_deadline(worker: WorkerProcess) -> None:
    load(worker, "def f():\n    n = 0\n    while True:\n        n += 1\n")
    error = lost(worker, seconds=SHORT)
    assert (error.kind, str(error)) == ("timeout", "no answer in time")
    assert error.running[0] in (3, 4)


def test_an_endless_loop_at_import_ends_at_the_deadline(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerLost) as caught:
        load(worker, "import math\nwhile True: pass\n", seconds=SHORT)
    assert (caught.value.kind, caught.value.running) == ("timeout", (2,))


def test_catching_everything_does_not_stop_the_deadline(worker: WorkerProcess) -> None:
    load(
        worker,
        "def f():\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass\n",
    )
    assert lost(worker, seconds=SHORT).kind == "timeout"


def test_the_deadline_covers_a_frame_that_comes_a_byte_at_a_time(
    worker: WorkerProcess, reach: str
) -> None:
    load(
        worker,
        reach + "def f():\n    own_end().write(struct.pack('>I', 1 << 20))\n"
        "    while True:\n        own_end().write(b' ')\n        time.sleep(0.01)\n",
    )
    error = lost(worker, seconds=SHORT)
    assert (error.kind, str(error)) == ("timeout", "no answer in time")


def test_the_deadline_covers_a_worker_that_never_reads(worker: WorkerProcess, reach: str) -> None:
    load(worker, reach + "def f():\n    reply(value=1)\n    wait()\n")
    assert ask(worker)["value"] == 1  # forged, and no worse than a value that is returned
    error = lost(worker, np.zeros(4 << 20), seconds=SHORT)  # more than a pipe holds
    assert (error.kind, str(error)) == ("timeout", "no answer in time")


@no_fork
def test_a_worker_that_refuses_to_be_interrupted_is_killed(
    worker: WorkerProcess, reach: str
) -> None:
    load(
        worker,
        reach + "signal = sys.modules['builtins'].__import__('signal')\n"
        "def f():\n    for name in (signal.SIGABRT, signal.SIGTERM, signal.SIGINT):\n"
        "        signal.signal(name, signal.SIG_IGN)\n    wait()\n",
    )
    assert lost(worker, seconds=SHORT).kind == "timeout"


# its end


@pytest.mark.parametrize(
    "way",
    [
        "import random\ndef f(): random._os._exit(0)\n",
        "import statistics\ndef f(): statistics.sys.modules['os']._exit(0)\n",
        "import enum\ndef f(): enum.sys.modules['posix']._exit(0)\n",
        "def f():\n    base = (0).__class__.__base__\n"
        "    kind = [k for k in base.__subclasses__() if k.__name__ == '_wrap_close'][0]\n"
        "    kind.__init__.__globals__['_exit'](0)\n",
    ],
    ids=["random", "statistics", "enum", "subclasses"],
)
def test_a_process_that_ends_itself_is_a_crash(worker: WorkerProcess, way: str) -> None:
    load(worker, way)
    error = lost(worker)
    assert (error.kind, error.running) == ("crash", ())
    assert str(error) == "the process ended itself with exit code 0"


def test_a_segmentation_fault_tells_the_line(worker: WorkerProcess, reach: str) -> None:
    load(
        worker,
        reach + "ctypes = sys.modules['builtins'].__import__('ctypes')\n"
        "def f():\n    return g()\ndef g():\n    ctypes.string_at(0)\n",
    )
    error = lost(worker)
    assert (error.kind, str(error)) == ("crash", "the process crashed: segmentation fault")
    first = reach.count("\n") + 1
    assert error.running == (first + 4, first + 2), "innermost first"


@no_fork
def test_another_signal_is_named(worker: WorkerProcess, reach: str) -> None:
    load(worker, reach + "def f(): os.kill(os.getpid(), 15)\n")
    assert str(lost(worker)) == "the process crashed: terminated"


def test_a_worker_that_hangs_up_and_lives_on_is_a_crash(worker: WorkerProcess, reach: str) -> None:
    load(worker, reach + "def f():\n    os.closerange(3, 64)\n    wait()\n")
    error = lost(worker)
    assert (error.kind, str(error)) == ("crash", "closed its connection to the judge")


def test_a_worker_that_closes_everything_and_answers_is_a_crash(
    worker: WorkerProcess, reach: str
) -> None:
    load(worker, reach + "def f(): os.closerange(0, 64)\n")
    assert lost(worker).kind == "crash"


@no_fork
def test_the_end_of_a_worker_is_the_end_of_what_it_started(
    worker: WorkerProcess, reach: str
) -> None:
    require_unlocked(worker)
    load(
        worker, reach + "def f():\n    child = os.fork()\n    return child or wait()\n"
    )  # the child keeps the pipes open
    child = ask(worker)["value"]
    assert runs(child)
    worker.close()
    assert not runs(child)
    assert not runs(worker._process.pid)


def require_unlocked(worker: WorkerProcess) -> None:
    """A locked worker forks nothing (test_lock shows it); without a lock it may."""
    worker.wait_ready()
    if worker.isolation == "full":
        pytest.skip("the worker is locked, and cannot fork")


@no_fork
def test_a_child_that_holds_the_pipe_does_not_outlive_the_deadline(
    worker: WorkerProcess, reach: str
) -> None:
    require_unlocked(worker)
    load(worker, reach + "def f():\n    if os.fork(): os._exit(0)\n    wait()\n")
    error = lost(worker, seconds=SHORT)
    assert (error.kind, str(error)) == ("timeout", "no answer in time")


def test_closing_twice_and_closing_early_do_no_harm() -> None:
    started = WorkerProcess()
    assert not started.closed
    started.close()
    started.close()
    assert started.closed
    assert started._process.returncode is not None


def test_starts_and_ends_leave_no_descriptor_and_no_thread_behind() -> None:
    descriptors = Path("/dev/fd")

    def held() -> tuple[int, int]:
        count = len(list(descriptors.iterdir())) if descriptors.exists() else 0
        return count, threading.active_count()

    before = held()
    workers = [WorkerProcess() for _ in range(12)]
    for worker in workers[::3]:
        load(worker, "import random\ndef f(): random._os._exit(0)\n")
        lost(worker)
    for worker in workers[1::3]:
        load(worker, "def f(): return 3\n")
        assert ask(worker)["value"] == 3
    for worker in workers:
        worker.close()
    assert held() == before


# what it writes


@pytest.mark.parametrize(
    ("forged", "text"),
    [
        ("forge(b'PASSED')", "a header that is not JSON"),
        ("forge([])", "a header that is not an object"),
        ("own_end().write(b'\\xff' * 8)", "a header of 4294967295 bytes"),
        ("reply(arrays=[['<f8', [1 << 60]]])", "an array announced as"),
        ("reply(arrays=[['<f8', [1 << 30]]])", "arrays of 8589934592 bytes"),
        ("reply(arrays=[['|O8', [1]]])", "an array announced as"),
        ("sys.__stdout__.close(); os.write(own_end().fileno(), b'ok 1\\n' * 9)", "a header of"),
    ],
)
def test_a_forged_frame_is_no_answer(
    worker: WorkerProcess, reach: str, forged: str, text: str
) -> None:
    load(worker, f"{reach}\ndef f():\n    {forged}\n    wait()\n")
    error = lost(worker)
    assert error.kind == "output"
    assert str(error).startswith(f"sent what is not an answer: {text}")


@pytest.mark.parametrize(
    "forged", ["reply(id=number() + 1)", "reply(id=None)", "forge({'arrays': []})"]
)
def test_a_reply_without_a_request_is_no_answer(
    worker: WorkerProcess, reach: str, forged: str
) -> None:
    load(worker, f"{reach}\ndef f():\n    {forged}\n    wait()\n")
    error = lost(worker)
    assert (error.kind, str(error)) == ("output", "sent a reply without a request")


def test_a_second_reply_is_found_out_at_the_next_request(worker: WorkerProcess, reach: str) -> None:
    load(worker, reach + "def f():\n    reply(value=1)\n    return 2\n")
    assert ask(worker)["value"] == 1
    assert str(lost(worker)) == "sent a reply without a request"


def test_a_truncated_frame_is_a_crash(worker: WorkerProcess, reach: str) -> None:
    load(worker, reach + "def f():\n    own_end().write(b'\\0\\0\\0\\xff{}')\n    os._exit(3)\n")
    error = lost(worker)
    assert (error.kind, str(error)) == ("crash", "the process ended itself with exit code 3")


def test_a_gigabyte_of_output_is_cut_and_harms_nothing(worker: WorkerProcess, reach: str) -> None:
    load(
        worker,
        reach + "text = 'x' * (1 << 20)\ndef f():\n    for _ in range(1024): print(text)\n"
        "    for _ in range(64): os.write(1, text.encode())\n"
        "    for _ in range(64): os.write(2, text.encode())\n    return 'done'\n",
    )
    reply = ask(worker)
    assert reply["value"] == "done"
    assert reply["printed"] == "x" * (16 << 10)
    assert reply["lost"] == 1024 * ((1 << 20) + 1) - (16 << 10)
    assert len(worker._errors) < process.MAX_ERRORS + 4096


# what it can reach


LOOK = """
def f():
    def tried(name):
        try:
            sys.modules["builtins"].__import__(name)
        except BaseException as error:
            return type(error).__name__
        return "there"
    try:
        read = input()
    except EOFError:
        read = "nothing"
    names = ["dlprep", "reference", "solutions", "test_cases", "pytest", "rich", "hypothesis"]
    return {
        "environment": dict(os.environ),
        "arguments": sys.orig_argv,
        "path": sys.path,
        "folder": os.getcwd(),
        "imports": {name: tried(name) for name in names},
        "modules": [name for name in sys.modules if name.startswith(("dlprep", "reference"))],
        "input": read,
    }
"""


def test_nothing_of_the_judge_s_is_within_reach(
    reach: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "solutions")
    monkeypatch.setenv("PYTHONPATH", str(Path(process.__file__).parents[2]))
    other = WorkerProcess()
    try:
        load(other, reach + LOOK)
        seen = wire.Codec().decode(ask(other)["value"], [])
    finally:
        other.close()
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    assert {**seen["environment"], **threads} == seen["environment"]
    assert set(seen["environment"]) - set(threads) <= {"SYSTEMROOT", "LC_CTYPE"}
    script, site = seen["arguments"][-2:]
    assert seen["arguments"][:-2] == [sys.executable, "-I", "-S", "-X", "utf8"]
    assert Path(script) == Path(process.__file__).with_name("worker.py")
    assert Path(site) == Path(np.__file__).parents[1]
    assert not [path for path in seen["path"] if "site-packages" in path or "dlprep" in path]
    assert site not in seen["path"]
    assert Path(seen["folder"]) == Path(seen["folder"]).anchor or seen["folder"] == "/"
    assert set(seen["imports"].values()) == {"ModuleNotFoundError"}
    assert seen["modules"] == []
    assert seen["input"] == "nothing"


def test_c_code_cannot_print_into_the_frames(worker: WorkerProcess, reach: str) -> None:
    load(
        worker,
        reach + "def f():\n    os.write(1, b'{}' * 99)\n    sys.__stdout__.write('x' * 99)\n"
        "    sys.__stdout__.flush()\n    return 4\n",
    )
    assert ask(worker)["value"] == 4
