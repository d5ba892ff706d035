"""The submission's text: its lines, to show them, and why it may not load.

The text is never compiled or imported here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dlprep.api import Signature
from dlprep.files import MAX_SOURCE
from dlprep.sandbox.replies import SubmissionError
from dlprep.sandbox.submission import Submission
from dlprep.verdict import Location, Problem

LONGEST = 500  # characters of a line that are shown
# a file that names its encoding, in one of its first two lines
ENCODING = re.compile(rb"([^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=]")
ALLOWED_HELP = (
    "A submission may import NumPy and the harmless part of the standard library"
    " (math, itertools, functools, collections, dataclasses, typing …)."
)
LOOP_HELP = "Is there an endless loop, or a long computation, outside the functions?"


class Source:
    """The lines of a submission, counted as Python counts them."""

    def __init__(self, source: bytes) -> None:
        self.lines = re.split(r"\r\n|\r|\n", source.decode("utf-8", errors="replace"))

    def at(self, line: int | None, note: str = "", column: int | None = None) -> Location | None:
        """The location of ``line`` (from 1), or None where the file has no such line."""
        if line is None or not 1 <= line <= len(self.lines):
            return None
        return Location(line, self.lines[line - 1].strip("\f\ufeff")[:LONGEST], note, column)

    def loop(self, running: Sequence[int]) -> int | None:
        """Where an endless loop is, if these lines were running, the innermost function's first.

        It is the outermost loop of the innermost function that is in one: the same whatever
        moment was caught. Read by its indentation, for the text may be hostile to a parser.
        """
        for line in (line for line in running if line <= len(self.lines)):
            found, margin = None, None
            for n in range(line, 0, -1):
                text = self.lines[n - 1]
                word = re.match(r"[ \t]*(\w*)", text)
                indent = len(text) - len(text.lstrip(" \t"))
                if word is None or not word[1] or (margin is not None and indent >= margin):
                    continue  # blank, a comment, the middle of a statement, or no block around it
                margin = indent
                if word[1] in ("while", "for"):
                    found = n
                if word[1] in ("def", "class", "async"):
                    break
            if found is not None:
                return found
        return None

    def of_error(self, error: SubmissionError) -> Location | None:
        """Where a submission raised, or was stopped."""
        return self.at(self.loop(error.running) or error.line)


def unreadable(source: bytes, file: str) -> Problem | None:
    """Why the text cannot be a submission at all; None if it may be one."""
    if not source.strip(b"\xef\xbb\xbf \t\r\n\f"):
        return Problem("empty", f"{file} is empty.")
    if len(source) > MAX_SOURCE:
        size = len(source) / MAX_SOURCE
        return Problem("size", f"{file} is larger than a submission may be: {size:.1f} MiB, not 1.")
    what, start = "is not text: it holds NUL bytes", source.find(b"\0")
    if start < 0 and not ENCODING.match(source):
        try:
            source.decode("utf-8")
        except UnicodeDecodeError as error:
            what, start = "is not UTF-8 text", error.start
    if start < 0:
        return None
    where = Source(source).at(source.count(b"\n", 0, start) + 1)
    return Problem("encoding", f"{file} {what}.", where, "Save it as UTF-8 in your editor.")


def load(
    submission: Submission, api: Mapping[str, Signature], source: Source, file: str
) -> Problem | None:
    """Have the worker load the submission: what went wrong, in a sentence, or None."""
    try:
        submission.load()
    except SubmissionError as error:
        return _not_loaded(error, source, file)
    if set(api) & set(submission.defined):
        return None
    near = f"It defines {', '.join(submission.defined[:5])}. " if submission.defined else ""
    stub = "; ".join(map(str, api.values()))
    message = f"{file} does not define {' and '.join(api)}."
    return Problem("missing", message, None, f"{near}The stub has {stub}.")


def _not_loaded(error: SubmissionError, source: Source, file: str) -> Problem:
    place, raised = source.of_error(error), error.raised
    kind, said, advice = "exception", "ends the program while it is loaded", ""
    if raised is None:
        kind, said = error.kind, f"could not be loaded: {error}"
        if kind == "timeout":
            said, advice = f"did not finish loading: {error}", LOOP_HELP
    elif raised.syntax is not None:
        line, column = raised.syntax
        place = source.at(line, column=column)
        kind, said = "syntax", f"is not valid Python: {raised.message.rstrip('.')}"
    elif raised.refused:
        kind, said, advice = "import", f"imports {raised.message}", ALLOWED_HELP
    elif raised.type not in ("SystemExit", "KeyboardInterrupt"):
        what = f"{raised.type}: {raised.message}" if raised.message else raised.type
        said = f"raises {what} when it is loaded"
    return Problem(kind, f"{file} {said}{'' if said.endswith('?') else '.'}", place, advice)
