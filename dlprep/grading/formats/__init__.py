"""One writer a format: how the verdicts of a run are handed to people and to machines."""

from __future__ import annotations

from dlprep.grading.formats.base import SCHEMA, RunInfo, Writer
from dlprep.grading.formats.exercism import Exercism
from dlprep.grading.formats.feedback import redact
from dlprep.grading.formats.github import GitHub
from dlprep.grading.formats.gradescope import Gradescope
from dlprep.grading.formats.jsonl import JsonLines
from dlprep.grading.formats.junit import JUnit
from dlprep.grading.formats.spreadsheet import Csv
from dlprep.grading.formats.table import Table

__all__ = ["FORMATS", "SCHEMA", "GitHub", "RunInfo", "Writer", "redact"]

FORMATS: dict[str, type[Writer]] = {
    "table": Table,
    "jsonl": JsonLines,
    "junit": JUnit,
    "gradescope": Gradescope,
    "github": GitHub,
    "exercism": Exercism,
    "csv": Csv,
}
