"""The program's entry. A worker is started first of all: it gets ready while the rest loads."""

from __future__ import annotations

import sys
import time
from contextlib import suppress


def main() -> None:
    """Run the command line."""
    began = time.perf_counter()
    worker = None
    if sys.argv[1:2] == ["check"] and "--help" not in sys.argv:
        from dlprep.sandbox.process import WorkerLost, WorkerProcess

        with suppress(OSError, WorkerLost):  # the judge tries again, and reports it
            worker = WorkerProcess()
    try:
        from dlprep.cli import Early, run

        run(Early(worker, began))
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        sys.exit(130)
    finally:
        if worker is not None:
            worker.close()


if __name__ == "__main__":
    main()
