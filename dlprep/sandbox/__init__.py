"""The worker that runs a submission, and the judge's side of the pipe to it."""

import os

# For the environment of a worker and of a judge. Cases are small; one judge on each core is faster
# than threads in each, and without threads NumPy is imported in half the time.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
