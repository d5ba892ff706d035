"""The program's entry. For a check, a judge is started first of all: it loads beside the rest."""

from __future__ import annotations

import sys
import time
from contextlib import suppress


def main() -> None:
    """Run the command line."""
    began = time.perf_counter()
    judge = None
    try:
        if sys.argv[1:2] in (["check"], ["debug"]) and not {"--help", "-h"} & {*sys.argv}:
            from dlprep.judge.process import JudgeProcess

            with suppress(OSError):  # the command tries again, and says what is wrong
                judge = JudgeProcess()
        from dlprep.cli import Early, run

        run(Early(judge, began))
    except KeyboardInterrupt:  # before the command line was there to say so
        from dlprep.errors import INTERRUPTED

        print(INTERRUPTED, file=sys.stderr)
        sys.exit(130)
    finally:
        if judge is not None:
            judge.close()


if __name__ == "__main__":
    main()
