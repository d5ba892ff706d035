"""JSON lines: the whole of every verdict, a line each, as it is reached.

``schema.json`` beside this file is the JSON Schema of a line. The first line is about the run; a
run that is taken up again adds such a line of its own. A lone surrogate in a name or a text is
written as its escape, so that whatever is read back is what was written.
"""

from __future__ import annotations

from typing import TextIO

from dlprep.grading.formats.base import RunInfo, Writer
from dlprep.grading.formats.text import as_json
from dlprep.grading.model import Graded


class JsonLines(Writer):
    """One JSON object a line; each is flushed, so that a killed run loses none."""

    def __init__(self, stream: TextIO, run: RunInfo) -> None:
        super().__init__(stream, run)
        self._line({"run": run.to_json()})

    def take(self, graded: Graded) -> None:
        """Write one verdict."""
        self._line(graded.to_json())

    def close(self) -> None:
        """Nothing is left to be written."""

    def _line(self, data: object) -> None:
        self.put(as_json(data) + "\n")
        self.stream.flush()
