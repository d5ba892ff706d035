"""dlprep: practise the deep-learning coding interview, and grade it."""

import os

__version__ = "0.1.0"
MAX_SEED = 2**63 - 1  # of the random inputs of a run: 64 bits hold it, and nobody guesses it


def command(words: str) -> str:
    """A command as this user types it: ``dlprep check``, or ``scripts/dlprep check``."""
    return f"{os.environ.get('DLPREP_COMMAND', 'dlprep')} {words}"
