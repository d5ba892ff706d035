"""The lock on a worker, tried from inside: what it refuses, what goes on, and when it says no."""

import ctypes
import errno
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from dlprep.catalog import HOME
from dlprep.sandbox import ONE_THREAD, lock, seccomp

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the lock is for Linux")

SANDBOX = Path(lock.__file__).parent
SITE = Path(np.__file__).parents[1]
NOBODY = 65534
SECONDS = 60.0  # more than anything here needs, however busy the machine is
REFUSED, OUT_OF_REACH = "PermissionError EPERM", "PermissionError EACCES"

# Starts as the worker does: isolated, NumPy from a folder that is then forgotten, siblings by
# their bare names. What comes on standard input runs inside the lock.
DRIVER = """
import faulthandler, json, os, sys
faulthandler.enable()
sandbox, site, options = sys.argv[1:]
options = json.loads(options)
sys.path.insert(0, sandbox)
import lock
del sys.path[0]
sys.path.append(site)
import numpy as np
np.random.default_rng
sys.path.remove(site)
exec(options.pop("before", ""))
isolation = lock.Lock(site).close((0, 1, 2), **options)
print(json.dumps(isolation), flush=True)
exec(compile(sys.stdin.read(), "work.py", "exec"))
"""

# Runs each of TEXTS by itself inside the lock, and reports what came of it.
TRY_EACH = """
import ctypes, errno, json, socket, traceback
parent = os.getppid()
libc = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    result = getattr(libc, name)(
        *(ctypes.c_long(item) if isinstance(item, int) else item for item in arguments)
    )
    if result == -1:
        raise OSError(ctypes.get_errno(), "")

def outcome(text):
    try:
        exec(compile(text, "work.py", "exec"), dict(globals()))
    except OSError as error:
        return f"{type(error).__name__} {errno.errorcode.get(error.errno)}"
    except AssertionError:
        return traceback.format_exc()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "done"

print(json.dumps({text: outcome(text) for text in TEXTS}))
"""


class User(NamedTuple):
    """Who runs a worker here, and the interpreter that this user can start."""

    number: int | None
    python: str


Driven = subprocess.Popen[str]


class Outcome(NamedTuple):
    """How a locked process ended."""

    code: int
    isolation: lock.Isolation
    output: str
    errors: str


def as_user(user: User) -> dict[str, Any]:
    """What starts a process as this user."""
    return {
        "text": True,
        "cwd": "/",
        "env": ONE_THREAD,
        "user": user.number,
        "group": user.number,
        "extra_groups": None if user.number is None else [],
    }


@contextmanager
def started(user: User, sandbox: Path = SANDBOX, **options: Any) -> Iterator[Driven]:
    """The driver, started as this user, and ended however the test ends."""
    driver = [user.python, "-I", "-S", "-X", "utf8", "-c", DRIVER]
    process = subprocess.Popen(
        [*driver, sandbox, SITE, json.dumps(options)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **as_user(user),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def run(user: User, code: str, sandbox: Path = SANDBOX, **options: Any) -> Outcome:
    """Run ``code`` in a locked process to its end."""
    with started(user, sandbox, **options) as process:
        output, errors = process.communicate(code, timeout=SECONDS)
    level, _, rest = output.partition("\n")
    assert level, errors
    return Outcome(process.returncode, lock.Isolation(*json.loads(level)), rest, errors)


def outcomes(user: User, texts: Iterable[str]) -> dict[str, str]:
    """What came of each text, one after the other in one locked process."""
    done = run(user, f"TEXTS = {list(texts)!r}\n{TRY_EACH}")
    assert (done.isolation, done.code) == (("full", ""), 0), done
    found: dict[str, str] = json.loads(done.output)
    return found


def has_landlock() -> bool:
    """Whether this kernel has it, asked without our code."""
    return ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) > 0


def users() -> Iterator[User | None]:
    """Root, where we are; then an ordinary user, where one can start Python and read NumPy."""
    if os.geteuid() != 0:
        yield from (None, User(None, sys.executable))
        return
    yield User(None, sys.executable)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        user = User(NOBODY, str(python))
        with suppress(OSError, AssertionError):
            run(user, "")
            yield user
            return
    yield None


@pytest.fixture(scope="session")
def known_users() -> dict[str, User | None]:
    """Both users by name."""
    if not has_landlock():
        pytest.skip("this kernel has no Landlock")
    return dict(zip(("root", "ordinary"), users(), strict=True))


@pytest.fixture(scope="session", params=["root", "ordinary"])
def user(request: pytest.FixtureRequest, known_users: dict[str, User | None]) -> User:
    """Each of the two, or a skip that says why not."""
    found = known_users[request.param]
    if found is None:
        pytest.skip(
            "the tests do not run as root"
            if request.param == "root"
            else "an ordinary user can start no Python of this version, or not read the checkout"
        )
    return found


@pytest.fixture
def anyone() -> User:
    """Whoever runs the tests."""
    if not has_landlock():
        pytest.skip("this kernel has no Landlock")
    return User(None, sys.executable)


# What a submission has no use for: a text, and how it ends.
FILES = {
    f"open({str(SANDBOX / 'worker.py')!r})": OUT_OF_REACH,
    f"os.listdir({str(SANDBOX.parent)!r})": OUT_OF_REACH,
    f"open({str(HOME / 'solutions/softmax/reference.py')!r})": OUT_OF_REACH,
    f"os.listdir({str(HOME / 'exercises')!r})": OUT_OF_REACH,
    f"os.listdir({str(SITE)!r})": OUT_OF_REACH,
    "open('/etc/passwd')": OUT_OF_REACH,
    "os.listdir('/')": OUT_OF_REACH,
    "open('/proc/self/mem', 'rb')": OUT_OF_REACH,
    "open('/proc/self/maps')": OUT_OF_REACH,
    "open(f'/proc/{parent}/cmdline')": OUT_OF_REACH,
    "open(f'/proc/{parent}/environ')": OUT_OF_REACH,
    "os.listdir(f'/proc/{parent}/fd')": OUT_OF_REACH,
    "open('/dev/urandom', 'rb')": OUT_OF_REACH,
    "os.listdir('/dev/shm')": OUT_OF_REACH,
    "os.open('/etc/passwd', os.O_PATH)": REFUSED,
    "os.open(np.__file__, os.O_RDONLY | os.O_TRUNC)": REFUSED,
    "os.readlink(f'/proc/{parent}/cwd')": REFUSED,
    "open('/dev/null', 'w')": REFUSED,
    "open('/tmp/planted', 'x')": REFUSED,
    "open(np.__file__, 'a')": REFUSED,
    "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)": REFUSED,
    "os.mkdir('/tmp/planted')": REFUSED,
    "os.mkfifo('/tmp/planted')": REFUSED,
    "os.mknod('/tmp/planted')": REFUSED,
    "os.symlink('/etc/passwd', '/tmp/planted')": REFUSED,
    "os.link(np.__file__, '/tmp/planted')": REFUSED,
    "os.rename(np.__file__, '/tmp/planted')": REFUSED,
    "os.unlink(np.__file__)": REFUSED,
    "os.rmdir('/tmp')": REFUSED,
    "os.chmod(np.__file__, 0o777)": REFUSED,
    "os.chown(np.__file__, 0, 0)": REFUSED,
    "os.utime(np.__file__)": REFUSED,
    "os.truncate(np.__file__, 0)": REFUSED,
    "os.setxattr(np.__file__, 'user.a', b'')": REFUSED,
    "os.chdir('/tmp')": REFUSED,
    "os.chroot('/tmp')": REFUSED,
    "call('umask', 0)": REFUSED,
    "call('mount', None, b'/', None, 0, None)": REFUSED,
}
OTHERS = {
    "os.fork()": REFUSED,
    "os.forkpty()": REFUSED,
    "os.posix_spawn(sys.executable, ['python'], {})": REFUSED,
    "os.execv(sys.executable, ['python'])": REFUSED,
    "import subprocess; subprocess.run(['/bin/true'])": REFUSED,
    "import threading; threading.Thread(target=print).start()": (
        "RuntimeError: can't start new thread"
    ),
    "os.setsid()": REFUSED,
    "os.kill(parent, 0)": REFUSED,
    "os.kill(0, 0)": REFUSED,
    "os.kill(-1, 0)": REFUSED,
    "os.kill(-os.getpid(), 0)": REFUSED,
    "os.killpg(os.getpgid(0), 0)": REFUSED,
    "call('tgkill', parent, parent, 0)": REFUSED,
    "os.pidfd_open(parent)": REFUSED,
    "call('ptrace', 16, parent, 0, 0)": REFUSED,  # PTRACE_ATTACH
    "call('ptrace', 0, 0, 0, 0)": REFUSED,  # PTRACE_TRACEME
    "call('process_vm_readv', parent, None, 0, None, 0, 0)": REFUSED,
    "call('process_vm_writev', parent, None, 0, None, 0, 0)": REFUSED,
    "call('prlimit', parent, 7, bytes(16), None)": REFUSED,
    "os.setpriority(os.PRIO_PROCESS, 0, 19)": REFUSED,
    "os.sched_setaffinity(0, {0})": REFUSED,
    "import fcntl; fcntl.fcntl(0, fcntl.F_SETOWN, parent)": REFUSED,
    "import fcntl; fcntl.ioctl(0, 0x5412, b'x')": REFUSED,  # TIOCSTI: type into a terminal
}
KERNEL = {
    **{
        f"socket.socket({family}, socket.SOCK_{kind})": REFUSED
        for family in ("socket.AF_UNIX", "socket.AF_INET", "socket.AF_INET6", "socket.AF_NETLINK")
        for kind in ("STREAM", "DGRAM", "RAW")
    },
    "socket.socketpair()": REFUSED,
    "call('socket', 38, 5, 0)": REFUSED,  # AF_ALG: the kernel's cryptography
    "call('socket', 40, 1, 0)": REFUSED,  # AF_VSOCK: the machine's host
    "os.pipe()": REFUSED,
    "os.eventfd(0)": REFUSED,
    "os.memfd_create('a')": REFUSED,
    "call('shmget', 0, 4096, 0o1600)": REFUSED,
    "call('semget', 0, 1, 0o1600)": REFUSED,
    "call('msgget', 0, 0o1600)": REFUSED,
    "call('syscall', 425, 1, bytes(120))": REFUSED,  # io_uring_setup
    "call('unshare', 0x10000000)": REFUSED,  # CLONE_NEWUSER
    "call('setns', 0, 0)": REFUSED,
    "call('personality', 0)": REFUSED,
    "call('prctl', 4, 1, 0, 0, 0)": REFUSED,  # PR_SET_DUMPABLE
    "call('prctl', 1, 0, 0, 0, 0)": REFUSED,  # PR_SET_PDEATHSIG
    "call('capset', bytes(8), bytes(24))": REFUSED,
    "os.setuid(os.getuid())": REFUSED,
    "os.setgroups([])": REFUSED,
    "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))": (
        "ValueError: not allowed to raise maximum limit"  # so it says of any EPERM
    ),
    "import signal; signal.setitimer(signal.ITIMER_REAL, 1)": "itimer_error EPERM",
    "os.dup2(1, 40)": REFUSED,
}

# What ordinary exercise code does, and what Python and NumPy do underneath.
WORKS = [
    "a = np.random.default_rng().normal(size=(200, 200)); u, s, v = np.linalg.svd(a)\n"
    "assert np.allclose(u * s @ v, a)",
    "a = np.random.default_rng(1).normal(size=(90, 90)); b = np.linalg.solve(a, np.eye(90))\n"
    "assert np.allclose(a @ b, np.eye(90)) and np.linalg.det(a) and np.linalg.qr(a)",
    "a = np.ones((50, 40)); assert np.einsum('ij,kj->ik', a, a, optimize=True)[0, 0] == 40",
    "assert np.allclose(np.fft.ifft(np.fft.fft(np.arange(999.0))), np.arange(999.0))",
    "np.random.seed(0); assert np.random.RandomState().rand() != np.random.rand()",
    "import numpy.ma; assert np.ma.masked_array([1, 2], [0, 1]).sum() == 1",
    "from numpy.polynomial import Polynomial; assert len(Polynomial([1, 0, -1]).roots()) == 2",
    "import numpy.testing as t\n"
    "try: t.assert_allclose([1.0], [2.0])\n"
    "except AssertionError as error: assert 'Mismatched' in str(error)",
    "from numpy.lib.stride_tricks import sliding_window_view as v; assert v(np.ones(9), 3).sum()",
    "x = np.ones(10); assert x.ctypes.data and x.tobytes()",
    "import decimal; assert decimal.Decimal(2).sqrt() > 1",
    "import fractions, statistics; assert statistics.mean([fractions.Fraction(1, 2)]) * 2 == 1",
    "import dataclasses, typing, enum, abc, functools, graphlib, heapq, bisect, array, cmath",
    "import json, re; assert re.match('{', json.dumps({'a': [1.5]}))",
    "import pprint, textwrap, string, copy, struct, itertools, operator, contextlib, numbers",
    "import random; assert random.random() != random.SystemRandom().random()",
    "import datetime; assert datetime.datetime.now().astimezone().tzinfo",
    "import datetime; assert datetime.datetime.strptime('2020-01-02', '%Y-%m-%d').day == 2",
    "import unicodedata; assert unicodedata.name('é').endswith('ACUTE')",
    "assert 'é'.encode('latin-1').decode('cp1252') == 'é' and '日本'.encode('euc-jp')",
    "import time; time.sleep(0.001); assert time.time() and time.process_time() and time.ctime()",
    "import tracemalloc; tracemalloc.start(); x = [0] * 10**6\n"
    "assert tracemalloc.get_traced_memory()[1] > 10**6; tracemalloc.stop()",
    "import inspect; assert inspect.signature(np.mean).parameters",
    "import inspect, statistics; assert 'def mean' in inspect.getsource(statistics)",
    "import traceback, statistics\n"
    "try: statistics.mean([])\n"
    "except ValueError: assert 'raise StatisticsError' in traceback.format_exc()",
    "import warnings\n"
    "with warnings.catch_warnings(record=True) as seen:\n"
    "    warnings.simplefilter('always'); np.log(np.zeros(1))\n"
    "    assert 'divide by zero' in str(seen[0].message)",
    "x = bytearray(600 << 20); x.extend(bytes(1 << 20))",  # in place, or it were twice the size
    "for n in range(50): np.ones(10**6)",
    "def f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError: pass",
    "try: open('softmax.py')\nexcept OSError: pass",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.kill(os.getpid(), 15)",
    # beyond the budget, in large pieces and in small ones: an exception, and it goes on
    "try: np.ones(1 << 28)\n"
    "except MemoryError: assert (np.ones((64, 64)) @ np.ones((64, 64)))[0, 0] == 64",
    "held = []\n"
    "try:\n"
    "    while True: held.append(np.ones(1 << 17))\n"
    "except MemoryError: held.clear()\n"
    "assert np.linalg.svd(np.ones((300, 300)))[1][0] > 299",
]


def test_files_are_out_of_reach(user: User) -> None:
    assert outcomes(user, FILES) == FILES


def test_other_processes_are_out_of_reach(user: User) -> None:
    assert outcomes(user, OTHERS) == OTHERS


def test_the_kernel_has_nothing_more_to_offer(user: User) -> None:
    assert outcomes(user, KERNEL) == KERNEL


def test_ordinary_code_goes_on(user: User) -> None:
    assert outcomes(user, WORKS) == dict.fromkeys(WORKS, "done")


def test_no_other_call_gets_through(user: User) -> None:
    """Every number that the filter does not name, and each as a call of the x32 ABI."""
    column = seccomp._MACHINES[os.uname().machine].column
    named = {numbers[column] for numbers in ALL_CALLS.values()}
    named |= {335, 336}  # the kernel's own probes, which no filter sees and nobody else may call
    numbers = [*(set(range(1024)) - named), *range(0x4000_0000, 0x4000_0400)]
    code = f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for number in {numbers}:
    result = libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0)
    if (result, ctypes.get_errno()) != (-1, {errno.EPERM}):
        print(number, result, ctypes.get_errno())
print("end")
"""
    assert run(user, code)[2:] == ("end\n", "")


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the machine code is for x86_64")
def test_a_32_bit_call_is_the_end(user: User) -> None:
    code = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex("b814000000" "cd80" "c3"))  # mov eax, 20 (getpid); int 0x80; ret
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
"""
    done = run(user, code)
    assert done.output == ""
    # a kernel without 32-bit calls does not know the instruction
    assert done.code in (-signal.SIGSYS, -signal.SIGSEGV)


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("os.abort()", signal.SIGABRT),
        ("os.kill(os.getpid(), 9)", signal.SIGKILL),
        ("import ctypes\nctypes.string_at(0)", signal.SIGSEGV),
    ],
)
def test_its_own_end_is_its_own_affair(user: User, code: str, end: signal.Signals) -> None:
    done = run(user, code)
    assert done.code == -end
    last = len(code.splitlines())
    assert (f'File "work.py", line {last} in' in done.errors) == (end != signal.SIGKILL)


@pytest.mark.parametrize("ending", [signal.SIGABRT, signal.SIGKILL])
def test_the_judge_ends_it(user: User, ending: signal.Signals) -> None:
    code = "def f():\n    print('here', flush=True)\n    while True: pass\nf()\n"
    with started(user) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(code)
        process.stdin.close()
        assert json.loads(process.stdout.readline()) == ["full", ""]
        assert process.stdout.readline() == "here\n"
        process.send_signal(ending)
        assert process.wait(SECONDS) == -ending
        assert process.stderr is not None
        said = re.search(r'File "work.py", line [23] in f', process.stderr.read())
        assert (said is not None) == (ending == signal.SIGABRT)


def test_processor_time_is_limited(user: User) -> None:
    done = run(user, "while True: pass", seconds=1)
    assert done.isolation.level == "full"
    assert done.code == -signal.SIGXCPU


def test_memory_is_limited_from_what_it_has(user: User) -> None:
    code = """
import numpy as np
for size in (40 << 20, 60 << 20):
    try:
        np.ones(size, np.uint8)
        print("enough")
    except MemoryError:
        print("too much")
"""
    assert run(user, code, memory=50 << 20).output == "enough\ntoo much\n"


def test_what_the_kernel_says_of_it(user: User) -> None:
    with started(user) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        status = Path(f"/proc/{process.pid}/status").read_text()
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        process.stdin.close()
    said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {said[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}
    assert (said["NoNewPrivs"], said["Seccomp"], said["Threads"]) == ("1", "2", "1")
    assert said["Uid"].split()[0] == str(os.getuid() if user.number is None else user.number)
    for name, soft, hard in [
        ("Max file size", "0", "0"),
        ("Max core file size", "0", "0"),
        ("Max processes", "0", "0"),
        ("Max open files", "32", "32"),
    ]:
        assert re.search(rf"{name} +{soft} +{hard} ", limits), limits


def test_a_neighbour_of_the_same_user_cannot_look_inside(user: User) -> None:
    """Its files in /proc belong to root."""
    with started(user) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        assert Path(f"/proc/{process.pid}/mem").stat().st_uid == 0
        process.stdin.close()


def test_no_other_descriptor_stays_open(anyone: User) -> None:
    code = """
for number in range(3, 200):
    try:
        os.fstat(number)
        print(number)
    except OSError:
        pass
"""
    before = "[os.open('/', os.O_RDONLY) for _ in range(50)]"
    assert run(anyone, code, before=before) == (0, ("full", ""), "", "")


PARENT = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:-1], stdin=subprocess.PIPE, text=True)
child.stdin.write(sys.argv[-1])
child.stdin.close()
child.wait()
"""


def test_it_dies_with_its_parent(user: User) -> None:
    """A parent is killed in the middle: the end of the pipe shows that its child is gone."""
    code = "import time\nprint('here', flush=True)\nwhile True: time.sleep(60)"
    driver = [user.python, "-I", "-S", "-c", DRIVER, SANDBOX, SITE, "{}"]
    with subprocess.Popen(
        [user.python, "-I", "-c", PARENT, *driver, code],
        stdout=subprocess.PIPE,
        start_new_session=True,
        **as_user(user),
    ) as parent:
        assert parent.stdout is not None
        try:
            assert json.loads(parent.stdout.readline()) == ["full", ""]
            assert parent.stdout.readline() == "here\n"
            parent.kill()
            assert parent.communicate(timeout=SECONDS) == ("", None)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)


def test_one_lock_for_many_workers(anyone: User) -> None:
    """A process that got ready forks them; each is locked for itself, and against the others."""
    code = """
import subprocess, sys
sandbox, site = sys.argv[1:]
sys.path.insert(0, sandbox)
import json, os, lock
sys.path[0] = site
import numpy as np
del sys.path[0]
lock = lock.Lock(site)
for _ in range(3):
    sys.stdout.flush()
    if (child := os.fork()) == 0:
        level, reason = lock.close((1,))
        for target in (os.getpid(), os.getppid()):
            try:
                os.kill(target, 0)
                level += " itself"
            except PermissionError:
                level += " not its parent"
        print(level, reason, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
    done = subprocess.run(
        [anyone.python, "-I", "-S", "-c", code, SANDBOX, SITE],
        capture_output=True,
        check=True,
        timeout=SECONDS,
        **as_user(anyone),
    )
    assert done.stdout == "full itself not its parent \n" * 3, done.stderr


# Machines that lack a means, made by a filter that answers for the kernel. An answer of 0 is a
# kernel that says yes and does nothing.
PRETEND = """
import ctypes, struct
def pretend(number, answer, argument=None):
    tests = [(0x20, 0, 0, 0), (0x15, 0, 1 if argument is None else 3, number)]
    if argument is not None:
        tests += [(0x20, 0, 0, 16), (0x15, 0, 1, argument)]
    steps = [*tests, (0x06, 0, 0, 0x50000 | answer), (0x06, 0, 0, 0x7fff0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    libc = ctypes.CDLL(None)
    libc.prctl(38, 1, 0, 0, 0)
    assert libc.prctl(22, 2, struct.pack("HP", len(steps), ctypes.addressof(code))) == 0
"""
PRCTL = {"x86_64": 157, "aarch64": 167}.get(os.uname().machine)


@pytest.mark.skipif(PRCTL is None, reason="there is no filter for this machine")
@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (f"pretend(444, {errno.ENOSYS})", "Landlock: Function not implemented"),
        (f"pretend(444, {errno.EOPNOTSUPP})", "Landlock: Operation not supported"),
        (f"pretend(446, {errno.EPERM})", "Landlock: Operation not permitted"),
        (
            f"pretend({PRCTL}, {errno.EINVAL}, 22)",
            "the filter of system calls: Invalid argument",
        ),
        (
            f"pretend(444, {errno.ENOSYS}); pretend({PRCTL}, {errno.EINVAL}, 22)",
            "Landlock: Function not implemented; the filter of system calls: Invalid argument",
        ),
        ("pretend(446, 0)", f"reading {SANDBOX / 'lock.py'} was not refused; "),
        (f"pretend({PRCTL}, 0, 22)", "creating a file was not refused as it should be: "),
        (
            "import _thread, time; _thread.start_new_thread(time.sleep, (99,))",
            "threads: 2 run, and only one of them could be locked",
        ),
        ("sys.platform = 'darwin'", "the lock is for Linux, and this is darwin"),
        (
            "sys.maxsize = 2**31 - 1",
            "the filter of system calls: a 32-bit Python has other numbers",
        ),
    ],
)
def test_it_says_what_is_missing(anyone: User, before: str, reason: str) -> None:
    done = run(anyone, "print('goes on')", before=PRETEND + before)
    assert done.isolation.level == "process"
    assert done.isolation.reason.startswith(reason)
    assert done.isolation.reason == reason or reason[-2] in ";:"
    assert done.output == "goes on\n"


@pytest.mark.skipif(PRCTL is None, reason="there is no filter for this machine")
@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        (f"pretend(444, {errno.ENOSYS})", "read, written: EPERM, run: EPERM, forked: EPERM"),
        (f"pretend({PRCTL}, {errno.EINVAL}, 22)", "read: EACCES, written: EACCES, run: EACCES, "),
    ],
)
def test_what_one_means_lacks_the_other_still_refuses(
    anyone: User, before: str, outcome: str
) -> None:
    code = """
import errno
program = next(path for path in ("/bin/true", "/usr/bin/true") if os.path.exists(path))
found = []
for what, attempt in {
    "read": lambda: open("/etc/passwd"),
    "written": lambda: open(np.__file__, "a"),
    "run": lambda: os.execv(program, ["true"]),
    "forked": lambda: os.fork() or os._exit(0),
}.items():
    try:
        attempt()
        found.append(what)
    except OSError as error:
        found.append(f"{what}: {errno.errorcode[error.errno]}")
print(", ".join(found))
"""
    done = run(anyone, code, before=PRETEND + before)
    assert done.isolation.level == "process"
    assert done.output.startswith(outcome)


@pytest.mark.skipif(
    not Path("/usr/share/zoneinfo/Asia/Tokyo").exists(), reason="there are no time zones here"
)
def test_the_local_time_zone_is_known(anyone: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ONE_THREAD, "TZ", "Asia/Tokyo")
    code = "import datetime; print(datetime.datetime.now().astimezone().tzname())"
    assert run(anyone, code).output == "JST\n"


def test_the_canary_sees_that_nothing_is_locked(anyone: User) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1])\nimport lock; print(lock.canary())"
    folder = HOME
    done = subprocess.run(
        [anyone.python, "-I", "-S", "-c", code, SANDBOX],
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    seen = done.stdout
    for what in (
        f"reading {folder}/solutions/",
        "reading /etc/passwd",
        "creating a file",
        "opening a socket",
        "starting a process",
        "running a program",
        "a signal to the parent",
        "tracing the parent",
    ):
        assert what in seen
    assert not list(SANDBOX.parent.glob("canary*"))


LAYOUTS = {
    "site-packages": "lib/site-packages/dlprep",
    "dist-packages": "lib/dist-packages/dlprep",
    "in the standard library": "lib/dlprep",
    "deep in the standard library": "lib/some/where/dlprep",
    "a checkout with the environment inside": "dlprep",
}


@pytest.mark.parametrize("place", LAYOUTS.values(), ids=LAYOUTS)
def test_dlprep_is_out_of_reach_wherever_it_lies(anyone: User, tmp_path: Path, place: str) -> None:
    """``lib`` stands for one more folder of the standard library, with what may lie in it."""
    package = tmp_path / place
    for path in (
        package / "exercises/softmax/test_cases.py",  # as a wheel has it
        package.parent / "exercises/softmax/test_cases.py",  # as a checkout has it
        package.parent / "solutions/softmax/reference.py",
        tmp_path / "lib/json5/decoder.py",
        tmp_path / "lib/site-packages/other/secret.py",
        tmp_path / "lib/harmless.py",
        tmp_path / "lib/dl/harmless.py",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    shutil.copytree(SANDBOX, package / "sandbox")
    for name, target in {
        "link": package,
        "link.py": package / "sandbox/wire.py",
        "up": tmp_path,
        "solved": package.parent / "solutions/softmax",
        "gone": tmp_path / "nowhere",
        "good": tmp_path / "lib/json5",
    }.items():
        (tmp_path / "lib" / name).symlink_to(target)
    lib = tmp_path / "lib"
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    paths += [lib / "good/decoder.py", lib / "link/sandbox/wire.py", lib / "solved/reference.py"]
    code = f"""
assert not list(os.walk({str(tmp_path)!r}))
for path in {[str(path) for path in paths]}:
    for way in (path, path.replace("/lib/", "/lib/up/lib/")):
        try:
            open(way).close()
            print(way.replace("/lib/up/lib/", "/lib/"))
        except PermissionError:
            pass
"""
    before = f"sys.path.append({str(tmp_path / 'lib')!r})"
    done = run(anyone, code, package / "sandbox", before=before)
    names = ("dl/harmless.py", "good/decoder.py", "harmless.py", "json5/decoder.py")
    assert (done.isolation, done.errors) == (("full", ""), "")
    assert set(done.output.split()) == {str(lib / name) for name in names}


ALL_CALLS = {**seccomp._CALLS, **seccomp._OPEN, **seccomp._SIGNALS} | {
    "ioctl": seccomp._IOCTL,
    "fcntl": seccomp._FCNTL,
    "clone3": seccomp._CLONE3,
}
HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


@pytest.mark.parametrize("machine", HEADERS)
def test_numbers_are_those_of_the_kernel_s_headers(machine: str) -> None:
    header = next((Path(path) for path in HEADERS[machine] if Path(path).exists()), None)
    if header is None:
        pytest.skip("the kernel's headers are not installed")
    text = re.sub(r"__NR3264_(\w+) (?=\d)", r"__NR_\1 ", header.read_text())
    told = {name: int(n) for name, n in re.findall(r"#define __NR_(\w+)\s+(\d+)", text)}
    told |= {"newfstatat": told.get("newfstatat", told.get("fstatat"))}
    column = seccomp._MACHINES[machine].column
    assert {name: told.get(name) for name in ALL_CALLS} == {
        name: numbers[column] for name, numbers in ALL_CALLS.items()
    }


def decide(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What the kernel makes of a call: the few instructions that the filter has."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    steps = list(struct.iter_unpack("=HBBI", program))
    at, value = 0, 0
    while True:
        code, yes, no, constant = steps[at]
        at += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("=I", data, constant)
            case 0x15:
                at += yes if value == constant else no
            case 0x45:
                at += yes if value & constant else no
            case 0x06:
                return int(constant)


ALLOW, EPERM, KILL = seccomp.ALLOW, seccomp.ERRNO | errno.EPERM, seccomp.KILL
X86, ARM = ("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)


@pytest.mark.parametrize(
    ("machine", "number", "arguments", "answer"),
    [
        (X86, 0, (), ALLOW),  # read
        (X86, 0x4000_0000, (), EPERM),  # x32's read
        (("x86_64", 0x40000003), 0, (), KILL),  # i386
        (ARM, 63, (), ALLOW),  # read
        (ARM, 0, (), EPERM),  # io_setup, which is x86_64's read
        (("aarch64", 0x40000028), 3, (), KILL),  # 32-bit ARM
        (("aarch64", X86[1]), 63, (), KILL),
        (X86, 2, (0, 0o2000000), ALLOW),  # open: O_CLOEXEC
        (X86, 257, (0, 0, 0o2200000), ALLOW),  # openat: O_DIRECTORY
        (X86, 257, (0, 0, 0o40000), EPERM),  # O_DIRECT
        (ARM, 56, (0, 0, 0o2040000), ALLOW),  # O_DIRECTORY
        (ARM, 56, (0, 0, 0o200000), EPERM),  # O_DIRECT
        *((X86, 257, (0, 0, flag), EPERM) for flag in (1, 2, 0o100, 0o1000, 0o2000, 0o10000000)),
        *((ARM, 56, (0, 0, flag), EPERM) for flag in (1, 2, 0o100, 0o1000, 0o2000, 0o10000000)),
        (X86, 257, (0, 0, 1 << 31), EPERM),
        (X86, 16, (0, 0x5401), ALLOW),  # ioctl: TCGETS
        (X86, 16, (0, 0x5412), EPERM),  # TIOCSTI
        (X86, 16, (0, (1 << 32) + 0x5412), EPERM),  # the kernel reads the low half alone
        (ARM, 25, (0, 3), ALLOW),  # fcntl: F_GETFL
        (ARM, 25, (0, 8), EPERM),  # F_SETOWN
        *((X86, number, (77, 77, 9), ALLOW) for number in (62, 234, 200)),
        *((X86, number, (78, 78, 9), EPERM) for number in (62, 234, 200)),
        *((ARM, number, (2**64 - 77, 77, 9), EPERM) for number in (129, 131, 130)),
        (X86, 435, (), seccomp.ERRNO | errno.ENOSYS),  # clone3
        (ARM, 435, (), seccomp.ERRNO | errno.ENOSYS),
    ],
)
def test_the_filter(
    machine: tuple[str, int], number: int, arguments: tuple[int, ...], answer: int
) -> None:
    program = seccomp.program(machine[0], pid=77)
    assert decide(program, machine[1], number, *arguments) == answer


@pytest.mark.parametrize("machine", [X86, ARM], ids=lambda machine: machine[0])
def test_the_filter_refuses_what_it_does_not_name(machine: tuple[str, int]) -> None:
    column = seccomp._MACHINES[machine[0]].column
    program = seccomp.program(machine[0], pid=77)
    named = {numbers[column] for numbers in ALL_CALLS.values()} - {None}
    assert {n for n in range(-1024, 1024) if decide(program, machine[1], n) != EPERM} <= named
    plain = {numbers[column] for numbers in seccomp._CALLS.values()} - {None}
    assert {n for n in plain if decide(program, machine[1], n) == ALLOW} == plain


def test_there_is_no_filter_for_another_machine() -> None:
    with pytest.raises(ValueError, match="it is not written for riscv64"):
        seccomp.program("riscv64", 77)
