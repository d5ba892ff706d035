"""``dlprep author new``: a small exercise that is complete, for the author to edit."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from dlprep.errors import UserError

SKELETON = Path(__file__).resolve().parent / "skeleton"


def new_exercise(slug: str, home: Path) -> list[Path]:
    """Write the two folders of the exercise ``slug`` below ``home``; the files, in order.

    The skeleton's Python files end in ``.txt``, so that no tool takes them for code of the
    package. Raises ``UserError`` on a bad name, a folder that exists, or a disk that refuses.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", slug) or keyword.iskeyword(slug):
        raise UserError(
            f"{slug!r} cannot name an exercise: take lower-case letters, digits and _, a letter"
            " first (lstm_cell), and no keyword of Python"
        )
    folders = {"exercise": home / "exercises" / slug, "solution": home / "solutions" / slug}
    written = []
    try:
        for folder in folders.values():
            if folder.exists():
                raise UserError(f"{folder} exists already: choose another name, or delete it")
        for template in sorted(path for path in SKELETON.rglob("*") if path.is_file()):
            kind, *names = template.relative_to(SKELETON).parts
            path = folders[kind].joinpath(*names[:-1], names[-1].removesuffix(".txt"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(template.read_bytes())
            written.append(path)
    except OSError as error:
        raise UserError(f"{error.filename} cannot be written: {error.strerror}") from error
    return written
