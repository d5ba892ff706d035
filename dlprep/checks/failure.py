"""What a check raises, and what a case raises that is wrong in itself."""

from __future__ import annotations

from collections.abc import Sequence


class CheckFailed(AssertionError):
    """The submission's answer is wrong. ``findings`` are labelled texts; a label may be empty.

    ``kind`` is the failed check in a word. ``subject`` is the value that was judged: it tells
    which call is to be shown (the last one, when there is none).
    """

    def __init__(
        self, kind: str, findings: Sequence[tuple[str, str]], subject: object = None
    ) -> None:
        super().__init__(
            "\n".join(f"{label}: {text}" if label else text for label, text in findings)
        )
        self.kind, self.findings, self.subject = kind, tuple(findings), subject


class CaseError(Exception):
    """The case itself is at fault, such as a point on a kink: never the submission."""
