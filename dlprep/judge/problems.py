"""A file that does not load: what stands in the way, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from dlprep.api import Signature
from dlprep.judge.source import Source, not_utf8
from dlprep.sandbox.replies import SubmissionError
from dlprep.sandbox.submission import Submission
from dlprep.verdict import Problem

MAX_SOURCE = 1 << 20  # bytes; a hundred times what an exercise needs
ALLOWED_HELP = (
    "A submission may import NumPy and the harmless part of the standard library"
    " (math, itertools, functools, collections, dataclasses, typing …)."
)


def unreadable(source: bytes, file: str) -> Problem | None:
    """Why the text cannot be a submission at all; None if it may be one."""
    if not source.strip(b"\xef\xbb\xbf \t\r\n\f"):
        return Problem("empty", f"{file} is empty.")
    if len(source) > MAX_SOURCE:
        size = len(source) / (1 << 20)
        return Problem("size", f"{file} is larger than a submission may be: {size:.1f} MiB, not 1.")
    what, line = "is not UTF-8 text", not_utf8(source)
    if b"\0" in source:
        what = "is not text: it holds NUL bytes"
        line = source.count(b"\n", 0, source.index(b"\0")) + 1
    if line is not None:
        where = Source(source).at(line)
        return Problem("encoding", f"{file} {what}.", where, "Save it as UTF-8 in your editor.")
    return None


def load(
    submission: Submission, api: Mapping[str, Signature], source: Source, file: str
) -> Problem | None:
    """Have the worker load the submission; what went wrong, or None."""
    try:
        submission.load()
    except SubmissionError as error:
        return load_problem(error, source, file)
    if not set(api) & set(submission.defined):
        return _nothing_defined(submission.defined, api, file)
    return None


def load_problem(error: SubmissionError, source: Source, file: str) -> Problem:
    """What went wrong when a file was loaded, in a sentence."""
    place, raised = source.at(source.loop(error.running) or error.line), error.raised
    if error.kind == "timeout":
        return Problem(
            "timeout",
            f"{file} did not finish loading: {error}.",
            place,
            "Is there an endless loop, or a long computation, outside the functions?",
        )
    if raised is None:
        return Problem(error.kind, f"{file} could not be loaded: {error}.", place)
    if raised.syntax is not None:
        line, column = raised.syntax
        return Problem(
            "syntax",
            f"{file} is not valid Python: {raised.message.rstrip('.')}"
            f"{'' if raised.message.endswith('?') else '.'}",
            source.at(line, column=column),
        )
    if raised.refused:
        return Problem("import", f"{file} imports {raised.message}.", place, ALLOWED_HELP)
    if raised.type in ("SystemExit", "KeyboardInterrupt"):
        return Problem("exception", f"{file} ends the program while it is loaded.", place)
    what = f"{raised.type}: {raised.message}" if raised.message else raised.type
    message = f"{file} raises {what} when it is loaded."
    return Problem("exception", message, place)


def _nothing_defined(defined: list[str], api: Mapping[str, Signature], file: str) -> Problem:
    wanted = " and ".join(api)
    near = f"It defines {', '.join(defined[:5])}. " if defined else ""
    stub = "; ".join(map(str, api.values()))
    return Problem(
        "missing", f"{file} does not define {wanted}.", None, f"{near}The stub has {stub}."
    )
