"""JSON lines: what the log has of each submission, without the texts."""

from __future__ import annotations

from collections.abc import Iterator

from dlprep.grading.model import Results
from dlprep.text import as_json


def jsonl(results: Results) -> Iterator[str]:
    """A verdict a line, then what is not judged."""
    hidden = ("file", "submitted", "seed") if results.students else ()
    for graded in results.graded():
        line = graded.to_json()
        for part in (line, line["verdict"] or {}):
            for key in hidden:
                part.pop(key, None)
        yield as_json(line) + "\n"
    for one in results.left_out():
        yield as_json({"not_judged": one.path, "why": one.why, "who": one.who}) + "\n"
