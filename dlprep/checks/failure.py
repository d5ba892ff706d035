"""What a check raises, and what a case raises that is wrong in itself."""

from __future__ import annotations

from collections.abc import Sequence

MAX_TEXT = 2_000  # characters of a finding


class CheckFailed(AssertionError):
    """The submission's answer is wrong; ``kind`` says in a word, any word, what was checked.

    ``findings`` are labels (or "") with texts; one without a text is dropped. ``subject`` is the
    very object that was judged: the page shows the call that returned it, else the last call.
    """

    def __init__(
        self, kind: str, findings: Sequence[tuple[str, str]], subject: object = None
    ) -> None:
        self.kind, self.subject = kind, subject
        self.findings = tuple((label, _cut(text)) for label, text in findings if text)
        super().__init__()

    def __str__(self) -> str:
        return "\n".join(": ".join(filter(None, one)) for one in self.findings)

    def add(self, label: str, text: str) -> None:
        """Add a finding at the end, if there is a text."""
        self.findings += ((label, _cut(text)),) if text else ()


def _cut(text: str) -> str:
    """No longer than anybody reads: a submission can send megabytes."""
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text)} characters)"


def mismatch(
    kind: str, got: str, expected: str, subject: object, where: str = "", note: str = ""
) -> CheckFailed:
    """``got`` is not ``expected``; ``where`` names the part of ``subject``."""
    findings = [("in", where), ("got", got), ("expected", expected), ("", note)]
    return CheckFailed(kind, findings, subject)


class CaseError(Exception):
    """The case itself is at fault, never the submission: it chose a point on a kink, say."""
