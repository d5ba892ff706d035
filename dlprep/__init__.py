"""dlprep: practise the deep-learning coding interview, and grade it."""

import os

__version__ = "0.1.0"
MAX_SEED = 2**32 - 1  # of the random inputs of a run


def command(words: str) -> str:
    """A command as this user types it: ``dlprep check``, or ``scripts/dlprep check``."""
    return f"{os.environ.get('DLPREP_COMMAND', 'dlprep')} {words}"
