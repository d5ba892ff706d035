"""The process that runs a user's own tests: what pytest does there, and what it cannot do."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dlprep.catalog import HOME
from dlprep.sandbox.nursery import Nursery
from dlprep.sandbox.process import WorkerProcess
from dlprep.sandbox.trial import Trial, run_trial, trial_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the lock is for Linux")

DOUBLE = """
def double(x):
    if x is None:
        raise ValueError("nothing to double")
    return 2 * x
"""
AFTER = "\ndef test_after():\n    assert True\n"
Run = Callable[..., Trial]


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[[], WorkerProcess]]:
    """A nursery's processes: it is what all trials of a run have in common."""
    nursery = Nursery(trial_command())
    yield nursery.worker
    nursery.close()


@pytest.fixture
def trial(start: Callable[[], WorkerProcess]) -> Run:
    """``trial("def test_…", seconds=1)``: a trial of this text."""

    def run(tests: str, solution: str = DOUBLE, seconds: float = 20.0) -> Trial:
        text = "from double import double\n" + textwrap.dedent(tests)
        return run_trial("double", solution.encode(), text.encode(), start=start, seconds=seconds)

    return run


def statuses(trial: Trial) -> dict[str, str]:
    assert trial.unloaded is None
    return {name: outcome.status for name, outcome in trial.outcomes.items()}


def test_it_is_pytest_as_people_know_it(trial: Run) -> None:
    found = trial(
        """
        import logging, os, sys, unittest, warnings
        sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
        import numpy as np
        import pytest

        calls = []

        @pytest.fixture(scope="module")
        def two():
            calls.append("two")
            return 2

        @pytest.fixture
        def torn():
            yield
            calls.append("torn down")

        @pytest.mark.parametrize("x", [1, 2, 3])
        def test_param(x, two): assert double(x) == (two * x if x < 3 else 7)
        def test_fixture_made_once(two, torn): assert calls == ["two"]
        def test_torn_down(): assert calls == ["two", "torn down"]
        def test_approx(): assert double(0.1) == pytest.approx(0.2)
        def test_raises():
            with pytest.raises(ValueError, match="nothing"): double(None)
        def test_warns():
            with pytest.warns(UserWarning): warnings.warn("so")
        def test_array(): np.testing.assert_allclose(double(np.ones(2)), [2, 2])
        @pytest.mark.filterwarnings("error")
        def test_warning_as_error():
            with pytest.raises(RuntimeWarning): np.log(np.zeros(1))
        def test_of_a_version(): pytest.importorskip("numpy", minversion="2.0")
        def test_helpers(monkeypatch, capsys, caplog):
            monkeypatch.setenv("SO", "1")
            print(os.environ["SO"])
            logging.getLogger("x").warning("said")
            assert (capsys.readouterr().out, caplog.messages) == ("1\\n", ["said"])
        @pytest.mark.skip(reason="not now")
        def test_skip(): assert False
        @pytest.mark.xfail
        def test_xfail(): assert False
        @pytest.mark.xfail(strict=True)
        def test_xpass(): assert True
        def test_no_such_fixture(nothing): assert True
        class TestClass:
            def setup_method(self): self.x = 1
            def test_in_class(self): assert self.x == 1
        class TestCase(unittest.TestCase):
            def test_case(self): self.assertEqual(double(1), 3)
        def helper(): assert False
        """
    )
    assert found.isolation == "full"
    passed, failed, skipped = "passed", "failed", "skipped"
    assert statuses(found) == {
        "test_param[1]": passed,
        "test_param[2]": passed,
        "test_param[3]": failed,
        "test_fixture_made_once": passed,
        "test_torn_down": passed,
        "test_approx": passed,
        "test_raises": passed,
        "test_warns": passed,
        "test_array": passed,
        "test_warning_as_error": passed,
        "test_of_a_version": passed,
        "test_helpers": passed,
        "test_skip": skipped,
        "test_xfail": skipped,
        "test_xpass": failed,
        "test_no_such_fixture": failed,
        "TestClass::test_in_class": passed,
        "TestCase::test_case": failed,
    }
    assert found.outcomes["test_no_such_fixture"].fixture == "nothing"


def test_a_failure_is_explained(trial: Run) -> None:
    found = trial(
        """
        def test_value():
            x = 3
            assert double(x) == 7

        def test_error():
            double(None)
        """
    ).outcomes
    value, error = found["test_value"], found["test_error"]
    assert value.text == "assert 6 == 7\n +  where 6 = double(3)"
    assert (value.line, value.solution_line) == (5, None)
    assert error.raised is not None
    assert (error.raised.type, error.text) == ("ValueError", "nothing to double")
    assert (error.line, error.solution_line) == (8, 4)


ENDS = {
    "import os; os._exit(0)": ("crash", "exit code 0"),
    "import ctypes; ctypes.string_at(0)": ("crash", "segmentation fault"),
    "import os; os.abort()": ("crash", "abort"),
    "import os; os.closerange(0, 100)": ("crash", ""),
    "while True: pass": ("timeout", "did not finish in 0.7 s"),
    "import sys; sys.exit(0)": ("failed", "0"),
    "import pytest; pytest.exit('over')": ("failed", "over"),
    "raise KeyboardInterrupt": ("failed", ""),
    "def f(): f()\n    f()": ("failed", "maximum recursion depth"),
    "x = [0] * 10**10": ("failed", ""),
    "input()": ("failed", "EOF"),
    "while True:\n        try: raise KeyboardInterrupt\n        except BaseException: pass": (
        "timeout",
        "did not finish",
    ),
}


@pytest.mark.parametrize("code", ENDS)
def test_a_test_ends_itself_alone(trial: Run, code: str) -> None:
    found = trial(f"def test_it():\n    {code}\n{AFTER}", seconds=0.7)
    status, said = ENDS[code]
    assert statuses(found) == {"test_it": status, "test_after": "passed"}
    assert said in found.outcomes["test_it"].text


def test_an_endless_loop_is_shown_where_it_is(trial: Run) -> None:
    found = trial("\ndef test_it():\n    n = 0\n    while True:\n        n += 1\n", seconds=0.5)
    assert found.outcomes["test_it"].line in (5, 6)


def test_time_ends_for_the_whole_trial(trial: Run) -> None:
    loops = "".join(f"def test_{n}():\n    while True: pass\n" for n in range(6))
    found = list(statuses(trial(loops, seconds=0.3)).values())
    assert found[0] == "timeout"
    assert found[-1] == "not run"


def test_many_crashes_end_a_trial(trial: Run) -> None:
    ends = "import os\n" + "".join(f"def test_{n}(): os._exit(0)\n" for n in range(30))
    found = list(statuses(trial(ends)).values())
    assert found == ["crash"] * 20 + ["not run"] * 10


@pytest.fixture(scope="module")
def secret() -> str:
    """The reference's text on disk."""
    path = HOME / "solutions/softmax/reference.py"
    assert path.read_text(encoding="utf-8")
    return str(path)


def test_the_lock_refuses_the_machine(trial: Run, secret: str, tmp_path: Path) -> None:
    mark = tmp_path / "written"
    attempts = {
        "writes": f"open({str(mark)!r}, 'w')",
        "reads_the_reference": f"open({secret!r})",
        "lists_solutions": f"os.listdir({str(HOME / 'solutions')!r})",
        "reads_users": "open('/etc/passwd')",
        "reads_processes": "open('/proc/self/cmdline')",
        "socket": "socket.socket()",
        "connects": "urllib.request.urlopen('http://127.0.0.1:9')",
        "runs": "subprocess.run(['true'])",
        "forks": "os.fork()",
        "thread": "threading.Thread(target=print).start()",
        "process": "multiprocessing.Process(target=print).start()",
        "temporary": "tempfile.TemporaryFile()",
        "kills": "os.kill(os.getppid(), 9)",
        "reads_beside_itself": "open(os.path.dirname(__file__) + '/data.txt')",
    }
    tests = (
        "import multiprocessing, os, socket, subprocess, tempfile, threading, urllib.request\n"
        + "".join(f"def test_{name}(): {code}\n" for name, code in attempts.items())
        + "def test_tmp_path(tmp_path): pass\n"
        + f"def test_finds(): assert not os.path.exists({str(tmp_path / 'no')!r})\n"
    )
    found = trial(tests).outcomes
    assert {name for name, one in found.items() if one.denied} == {
        *(f"test_{name}" for name in attempts),
        "test_tmp_path",
    }
    assert found["test_finds"].status == "passed"
    assert not mark.exists()


def test_prints_are_cut(trial: Run) -> None:
    found = trial("def test_it():\n    print('x' * 10**7)\n    assert False\n")
    assert found.outcomes["test_it"].status == "failed"
    assert 0 < len(found.outcomes["test_it"].printed) <= 2000


def test_what_a_test_says_is_cut(trial: Run) -> None:
    found = trial("import pytest\ndef test_it():\n    pytest.fail('x' * 10**7)\n")
    assert len(found.outcomes["test_it"].text) <= 2000


# How a test reaches the process that runs it.
REACH = """
import gc, json, struct
me = next(one for one in gc.get_objects() if type(one).__name__ == "Tester")

def send(message):
    text = message if isinstance(message, bytes) else json.dumps(message).encode()
    me.sink.write(struct.pack(">I", len(text)) + text)
"""
ANSWER = {"outcome": "passed", "ended": False, "printed": "", "lost": 0, "warnings": []}
ANSWER |= {"arrays": [], "id": 3}  # the answer to the first test


def test_a_forged_report_is_of_its_own_test_alone(trial: Run) -> None:
    forged = trial(f"{REACH}\ndef test_it():\n    send({ANSWER!r})\n    assert False\n{AFTER}")
    assert forged.outcomes["test_it"].status == "passed"  # it could have passed anyway
    patched = """
    import pytest
    def test_it(request):
        original = pytest.TestReport.__init__
        def lie(self, nodeid, location, keywords, outcome, *rest, **more):
            original(self, nodeid, location, keywords, "passed", *rest, **more)
        pytest.TestReport.__init__ = lie
        assert False
    def test_other(): assert False
    """
    assert set(statuses(trial(patched)).values()) == {"passed"}
    assert statuses(trial("def test_it(): assert False")) == {"test_it": "failed"}  # the next one


NO_ANSWERS: list[object] = [
    b"no JSON",
    b"[1, 2]",
    ANSWER | {"outcome": "won"},
    ANSWER | {"outcome": 1},
    ANSWER | {"printed": 7},
    ANSWER | {"id": 9},
    {"id": 3, "arrays": []},
    ANSWER | {"outcome": "failed", "raised": {"type": []}},
    ANSWER | {"outcome": "failed", "raised": "so", "fixture": 1, "solution_lines": "x"},
    ANSWER | {"arrays": [["<f8", [1 << 40]]]},
]


def test_what_is_no_report_is_not_taken_for_one(trial: Run) -> None:
    tests = REACH + "".join(
        f"def test_{n}():\n    send({frame!r})\n    while True: pass\n"
        for n, frame in enumerate(NO_ANSWERS)
    )
    wanted = {f"test_{n}": "output" for n in range(len(NO_ANSWERS))} | {"test_after": "passed"}
    assert statuses(trial(f"{tests}{AFTER}")) == wanted


def test_garbage_and_callbacks(trial: Run) -> None:
    garbage = f"{REACH}\ndef test_it():\n    me.sink.write(b'\\xff' * 100)\n{AFTER}"
    assert statuses(trial(garbage)) == {"test_it": "output", "test_after": "passed"}
    calls = f"{REACH}\ndef test_it():\n    me._call_back(0, (), {{}})\n"
    assert "there are no callbacks" in trial(calls).outcomes["test_it"].text
    asked = {"callback": 0, "args": None, "kwargs": None, "arrays": []}
    asks = f"{REACH}\nimport worker\ndef test_it():\n    send({asked!r})\n    said = me.serve()\n"
    found = trial(asks + "    assert said['raised'] == 'there are no callbacks'\n")
    assert statuses(found) == {"test_it": "passed"}


def test_nothing_is_left_to_the_next_trial(trial: Run) -> None:
    leaves = """
    import builtins, os, sys, random
    import numpy as np
    import pytest
    def test_it():
        seen = [hasattr(builtins, "left"), "LEFT" in os.environ, "left" in sys.modules,
                hasattr(pytest, "left"), hasattr(np, "left")]
        builtins.left = pytest.left = np.left = True
        os.environ["LEFT"] = "1"
        sys.modules["left"] = sys
        assert seen == [False] * 5
    """
    assert statuses(trial(leaves)) == {"test_it": "passed"}
    assert statuses(trial(leaves)) == {"test_it": "passed"}


def test_random_numbers_are_new_in_each_trial(trial: Run) -> None:
    draws = "import random\nimport numpy as np\ndef test_it():\n    assert (%s) == 0\n"
    for draw in ("np.random.rand()", "random.random()", "np.random.default_rng().random()"):
        texts = {trial(draws % draw).outcomes["test_it"].text for _ in range(2)}
        assert len(texts) == 2, draw


def test_the_process_is_told_nothing_of_the_solution(trial: Run) -> None:
    asks = """
    import inspect, os, sys
    import double as module
    def test_it():
        try:
            source = inspect.getsource(double)
        except OSError:
            source = None
        known = (module.__name__, getattr(module, "__file__", None), source, len(sys.argv))
        assert known == ("double", None, None, 1)
        assert not [path for path in sys.path if "site-packages" in path or "dlprep" in path]
        assert set(os.environ) <= {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
                                   "PYTEST_VERSION", "PYTEST_CURRENT_TEST", "LC_CTYPE"}
    """
    found = trial(asks)
    assert statuses(found) == {"test_it": "passed"}, found.outcomes["test_it"].text


NOT_LOADED = {
    "def test_it(:\n    pass": ("SyntaxError", 2),
    "import torch": ("ModuleNotFoundError", 2),
    "import dlprep": ("ModuleNotFoundError", 2),
    "from double import triple": ("ImportError", 2),
    "1 / 0": ("ZeroDivisionError", 2),
    "import sys; sys.exit(0)": ("SystemExit", 2),
    "import pytest; pytest.skip('no', allow_module_level=True)": ("Skipped", 2),
    "import pytest\n@pytest.mark.parametrize('y', [1])\ndef test_it(x): pass": (
        "NotCollected",
        None,
    ),
}


@pytest.mark.parametrize("tests", NOT_LOADED)
def test_tests_that_do_not_load(trial: Run, tests: str) -> None:
    found = trial(tests)
    assert found.unloaded is not None
    part, error = found.unloaded
    assert part == "tests"
    assert error.raised is not None
    line = error.raised.syntax[0] if error.raised.syntax else error.line
    assert (error.raised.type, line) == NOT_LOADED[tests]


def test_texts_that_end_the_process(trial: Run) -> None:
    found = trial("while True: pass", seconds=0.5)
    assert found.unloaded is not None
    assert (found.unloaded[0], str(found.unloaded[1])) == ("tests", "no answer in 0.5 s")
    assert found.unloaded[1].line == 2
    found = trial("import os; os._exit(0)")
    assert found.unloaded is not None
    part, error = found.unloaded
    assert (part, error.kind, str(error)) == (
        "tests",
        "crash",
        "the process ended itself with exit code 0",
    )
    forged = {"part": "solution", "raised": {}, "arrays": [], "id": 2}  # it has no say in that
    found = trial(f"{REACH}\nsend({forged!r})\n")
    assert found.unloaded is not None
    assert found.unloaded[0] == "tests"
    found = trial("", solution="while True: pass", seconds=0.5)
    assert found.unloaded is not None
    assert (found.unloaded[0], found.unloaded[1].kind) == ("solution", "timeout")
    found = trial("", solution="import os", seconds=0.5)
    assert found.unloaded is not None
    part, error = found.unloaded
    assert error.raised is not None
    assert (part, error.raised.refused, str(error)) == ("solution", True, "os")
    assert trial("x = 1").outcomes == {}


def test_it_starts_without_a_nursery() -> None:
    """As on systems that have none; each process is then started afresh."""
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        started.append(WorkerProcess(command=trial_command()))
        return started[-1]

    text = b"from double import double\ndef test_it(): assert double(1) == 2\n"
    found = run_trial("double", DOUBLE.encode(), text, start=start, seconds=20)
    assert (found.isolation, statuses(found)) == ("full", {"test_it": "passed"})
    assert all(one.closed for one in started)
