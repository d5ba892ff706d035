"""The program's entry. For a check it starts a judge first, which loads beside the rest."""

import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` puts the current folder first, and a json.py there is not Python's: import nothing
    # before it is gone, not even __future__.
    try:
        first = os.getcwd()  # noqa: PTH109 - pathlib is not to be imported from there
    except OSError:
        first = ""
    if sys.path[0] in ("", first):
        del sys.path[0]

import signal
import time
from contextlib import suppress

from dlprep.errors import INTERRUPTED, Ended


def program() -> None:
    """Run the command line as the program ``dlprep``: the process ends with it.

    It skips the interpreter's own clean-up, which takes a sixth of the time of ``list``. What a
    command has begun is cleaned up by then. Under a debugger, the user's code ends as usual.
    """
    try:
        main()
        code = 0
    except SystemExit as end:
        if not isinstance(end.code, int) or sys.argv[1:2] == ["debug"]:
            raise
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """Run the command line; ``SystemExit`` with its exit code."""
    began = time.perf_counter()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, _end)
    if sys.stdout is None:
        print("Standard output is closed: there is nowhere to print to.", file=sys.stderr)
        sys.exit(2)
    judge = None
    try:
        if sys.argv[1:2] in (["check"], ["debug"]) and not {"--help", "-h"} & {*sys.argv}:
            from dlprep.judge.service import JudgeProcess

            with suppress(OSError):  # the command tries again, and says what is wrong
                judge = JudgeProcess()
        from dlprep.cli import run
        from dlprep.cli.shared import Early

        run(Early(judge, began))
    except KeyboardInterrupt:  # before the command line could handle it
        print(INTERRUPTED, file=sys.stderr)
        sys.exit(130)
    finally:
        if judge is not None:
            judge.close()


def _end(number: int, _: object) -> None:
    """End the command with the exit code that a shell gives, after cleaning up."""
    signal.signal(number, signal.SIG_IGN)  # `timeout` sends it twice
    raise Ended(128 + number)


if __name__ == "__main__":
    main()
