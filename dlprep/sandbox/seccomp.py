"""The filter that the kernel holds against every system call of a locked worker.

It lists what is allowed; anything else is refused with ``EPERM``, so Python raises an ordinary
``PermissionError`` at the submission's own line. Nothing here touches the process: the filter is
made as bytes, which a test can run for a machine that it does not have.
"""

from __future__ import annotations

import errno
import struct
from typing import NamedTuple

# What Python and NumPy call when they compute, import and print: (x86_64, aarch64). aarch64 has
# none of the oldest calls. The numbers are those of the kernel's headers.
_CALLS: dict[str, tuple[int | None, int | None]] = {
    # memory
    "brk": (12, 214),
    "madvise": (28, 233),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "munmap": (11, 215),
    # files: what may be opened, open and openat below and Landlock say
    "close": (3, 57),
    "fstat": (5, 80),
    "getcwd": (79, 17),
    "getdents64": (217, 61),
    "lseek": (8, 62),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "pread64": (17, 67),
    "read": (0, 63),
    "stat": (4, None),
    "statx": (332, 291),
    "write": (1, 64),
    "writev": (20, 66),
    # the process itself
    "exit": (60, 93),
    "exit_group": (231, 94),
    "futex": (202, 98),
    "getegid": (108, 177),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "restart_syscall": (219, 128),  # a sleep that went on after SIGSTOP and SIGCONT
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124),
    "sigaltstack": (131, 132),
    "sysinfo": (99, 179),  # glibc's qsort asks how much memory there is
    "times": (100, 153),
    "uname": (63, 160),
    # the clock
    "clock_getres": (229, 114),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "gettimeofday": (96, 169),
    "nanosleep": (35, 101),
    "time": (201, None),
}
_OPEN = {"open": (2, None), "openat": (257, 56)}
_OPEN_FLAGS_AT = {"open": 1, "openat": 2}
_IOCTL, _FCNTL = (16, 29), (72, 25)
# abort() and faulthandler send one to their own process, by tgkill or (musl) tkill
_SIGNALS = {"kill": (62, 129), "tgkill": (234, 131), "tkill": (200, 130)}
_CLONE3 = (435, 435)


class _Machine(NamedTuple):
    column: int  # of the tables above
    architecture: int  # AUDIT_ARCH_…: its 32-bit calls come under another one
    reading: int  # open()'s O_CLOEXEC, O_DIRECTORY, O_LARGEFILE, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK


_MACHINES = {
    "x86_64": _Machine(0, 0xC000003E, 0o2704400),
    "aarch64": _Machine(1, 0xC00000B7, 0o2544400),
}

_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # where in struct seccomp_data
STEP = 8  # bytes of an instruction
_LOAD, _IF_EQUAL, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
KILL, ERRNO, ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
_REFUSE = ERRNO | errno.EPERM

_TCGETS, _FIOCLEX = 0x5401, 0x5451  # is it a terminal? and close it when another program starts
_F_GETFD, _F_SETFD, _F_GETFL = 1, 2, 3  # F_SETOWN would send signals to others


def program(machine: str, pid: int) -> bytes:
    """The filter of process ``pid``; ``ValueError`` for a machine that it is not written for."""
    if machine not in _MACHINES:
        raise ValueError(f"it is not written for {machine}")
    column, architecture, reading = _MACHINES[machine]
    code = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_IF_EQUAL, architecture, yes=1),
        _step(_RETURN, KILL),
        _step(_LOAD, _NUMBER),
    ]

    def answer(numbers: tuple[int | None, int | None], *steps: bytes) -> None:
        number = numbers[column]
        if number is not None:
            code.extend([_step(_IF_EQUAL, number, no=len(steps)), *steps])

    for numbers in _CALLS.values():
        answer(numbers, _step(_RETURN, ALLOW))
    for name, numbers in _OPEN.items():
        # Landlock before Linux 6.2 lets through a reader's O_TRUNC, and never looks at O_PATH
        answer(numbers, *_if_bits_within(_OPEN_FLAGS_AT[name], reading))
    answer(_IOCTL, *_if_one_of(1, _TCGETS, _FIOCLEX))
    answer(_FCNTL, *_if_one_of(1, _F_GETFD, _F_SETFD, _F_GETFL))
    for numbers in _SIGNALS.values():
        answer(numbers, *_if_one_of(0, pid))
    # glibc goes on to clone then, and gives its caller the refusal of that one
    answer(_CLONE3, _step(_RETURN, ERRNO | errno.ENOSYS))
    return b"".join([*code, _step(_RETURN, _REFUSE)])


def _if_one_of(argument: int, *values: int) -> list[bytes]:
    """Allow a call whose argument is one of these. The kernel reads the low half of each alone."""
    tests = [_step(_IF_EQUAL, value, yes=len(values) - place) for place, value in enumerate(values)]
    return [_load(argument), *tests, _step(_RETURN, _REFUSE), _step(_RETURN, ALLOW)]


def _if_bits_within(argument: int, mask: int) -> list[bytes]:
    """Allow a call whose argument has no bit outside ``mask``."""
    test = _step(_IF_ANY_BIT, ~mask & 0xFFFF_FFFF, no=1)
    return [_load(argument), test, _step(_RETURN, _REFUSE), _step(_RETURN, ALLOW)]


def _load(argument: int) -> bytes:
    return _step(_LOAD, _FIRST_ARGUMENT + 8 * argument)


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; ``yes`` and ``no`` are how many a test skips."""
    return struct.pack("=HBBI", code, yes, no, value)
