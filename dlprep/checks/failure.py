"""What a check raises, and what a case raises that is wrong in itself."""

from __future__ import annotations

from collections.abc import Sequence


class CheckFailed(AssertionError):
    """The submission's answer is wrong; ``kind`` says in a word, any word, what was checked.

    ``findings`` are labels (or "") with texts; one without a text is dropped. ``subject`` is the
    very object that was judged: the page shows the call that returned it, else the last call.
    """

    def __init__(
        self, kind: str, findings: Sequence[tuple[str, str]], subject: object = None
    ) -> None:
        self.kind, self.subject = kind, subject
        self.findings = tuple((label, text) for label, text in findings if text)
        super().__init__()

    def __str__(self) -> str:
        return "\n".join(": ".join(filter(None, one)) for one in self.findings)

    def add(self, label: str, text: str) -> None:
        """Add a finding at the end, if there is a text."""
        self.findings += ((label, text),) if text else ()


def mismatch(
    kind: str, got: str, expected: str, subject: object, where: str = "", note: str = ""
) -> CheckFailed:
    """``got`` is not ``expected``; ``where`` names the part of ``subject``."""
    findings = [("in", where), ("got", got), ("expected", expected), ("", note)]
    return CheckFailed(kind, findings, subject)


class CaseError(Exception):
    """The case itself is at fault, never the submission: it chose a point on a kink, say."""
