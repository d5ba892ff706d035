"""Which exercises differ from the main branch."""

from __future__ import annotations

import subprocess
from pathlib import Path

from dlprep.errors import UserError

MAIN = "main"


def changed_slugs(home: Path) -> set[str]:
    """The exercises with a file that git does not know, or that is not as where main was left.

    ``UserError`` where git cannot tell.
    """
    files = [
        *_git(home, "diff", "--name-only", "--relative", "--merge-base", MAIN),
        *_git(home, "ls-files", "--others", "--exclude-standard"),
    ]
    return {Path(file).parts[1] for file in files if len(Path(file).parts) > 2}


def _git(home: Path, *words: str) -> list[str]:
    """The files that git names, below ``home``."""
    command = ["git", "-c", "core.quotePath=false", *words, "--", "exercises", "solutions"]
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise UserError("--changed needs git, which is not installed.") from error
    except subprocess.CalledProcessError as error:
        why = error.stderr.strip().splitlines()[0] if error.stderr.strip() else "git failed"
        raise UserError(f"git cannot compare with the branch {MAIN!r}: {why}") from error
    return done.stdout.splitlines()
