"""Which exercises differ from the main branch."""

from __future__ import annotations

import subprocess
from pathlib import Path

from dlprep.errors import UserError

MAIN = "main"


def changed_slugs(home: Path) -> set[str]:
    """The exercises with a file that differs from where this branch left main, or is not in git.

    ``UserError`` where git cannot tell.
    """
    files: list[str] = []
    differ = ["diff", "--name-only", "--relative", "--merge-base", MAIN]
    for words in (differ, ["ls-files", "--others", "--exclude-standard"]):
        git = ["git", "-c", "core.quotePath=false", *words, "--", "exercises", "solutions"]
        try:
            done = subprocess.run(git, cwd=home, capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise UserError("--changed needs git, which is not installed.") from error
        except subprocess.CalledProcessError as error:
            why = error.stderr.strip().partition("\n")[0] or "git failed"
            raise UserError(f"git cannot compare with the branch {MAIN!r}: {why}") from error
        files += done.stdout.splitlines()
    return {Path(file).parts[1] for file in files if len(Path(file).parts) > 2}
