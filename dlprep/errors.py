"""What can go wrong and is said in one sentence: the command line turns each into an exit code."""

from __future__ import annotations

INTERRUPTED = "Interrupted. Your file is as it was."


class UserError(Exception):
    """Something that the user can put right: a name, a file, an option. Exit code 2."""


class Ended(SystemExit):
    """A signal ends the command, which first cleans up what it has begun."""


class FaultError(Exception):
    """A fault of dlprep's own, an exercise's files included. Exit code 3.

    The exit code is 2 if it is not ``ours``, but the system's.
    """

    ours = True
