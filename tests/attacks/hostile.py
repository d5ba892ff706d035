"""The corpus: submissions that work against the judge, what their heads say of them, and a judge.

A head is the first lines of a file. ``# attack:`` is what the submission tries, ``# verdict:``
what it must get: a status and the kind of the first failing case or of the problem, with
alternatives behind ``|``. ``# exercise:`` names another one than softmax, ``# case:`` the
one case on which it is judged, where it would take long on all of them. ``# needs: lock`` is
for what only the operating system's lock can stop. ``# source:`` is a Python expression for what
no file in a repository should be, such as 100 megabytes. ``name.right.py`` is a right solution
with the harmless part of the same means, and must pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from dlprep import catalog
from dlprep.judge.judge import judge
from dlprep.sandbox.nursery import Nursery
from dlprep.verdict import Verdict

CORPUS = Path(__file__).parent / "corpus"
FAMILIES = (
    "ending_early",
    "lying_objects",
    "comparator_holes",
    "reading_the_grader",
    "patching",
    "forging_output",
    "exhaustion",
    "reaching_out",
    "reporting",
    "gaming",
)

BRIEF = 0.3  # seconds of a case, for what uses them up
AMPLE = 20.0  # for what does not, on the busiest machine


@dataclass(frozen=True)
class Entry:
    """A file of the corpus: an attack, or the right twin of one."""

    path: Path
    head: dict[str, str]

    @property
    def name(self) -> str:
        """Its family and its name."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def verdicts(self) -> set[tuple[str, str]]:
        """The verdicts that it may get: a status, and a kind ("" of one that passes)."""
        found = (one.strip().partition(" ") for one in self.head["verdict"].split("|"))
        return {(status, kind) for status, _, kind in found}

    @property
    def exercise(self) -> str:
        """The exercise that it is for."""
        return self.head.get("exercise", "softmax")

    @property
    def needs_lock(self) -> bool:
        """Whether only the operating system's lock can stop it."""
        return self.head.get("needs") == "lock"

    @property
    def case(self) -> str | None:
        """The one case that it is judged on, or None: all of them."""
        return self.head.get("case")

    @property
    def uses_up_time(self) -> bool:
        """Whether it uses up the time that it is given."""
        return any(kind == "timeout" for _, kind in self.verdicts)

    @property
    def neighbour(self) -> Entry:
        """A right solution of the same exercise: its twin, if it has one."""
        twin = self.path.with_suffix(".right.py")
        return read_entry(twin) if twin.exists() else reference(self.exercise)

    def source(self, places: dict[str, str]) -> bytes:
        """What is submitted; ``places`` says what stands for ``@OUTSIDE@`` and the like."""
        if "source" in self.head:
            return bytes(eval(self.head["source"]))  # an expression of ours
        text = self.path.read_bytes()
        for name, place in places.items():
            text = text.replace(f"@{name}@".encode(), place.encode())
        return text


class HostileJudge:
    """Judges entries of the corpus, each in a worker of its own from one nursery."""

    def __init__(self, nursery: Nursery, places: dict[str, str]) -> None:
        self.nursery, self.places = nursery, places

    def seconds(self, entry: Entry) -> float:
        """The time that each case gives it."""
        return BRIEF if entry.uses_up_time else AMPLE

    def __call__(self, entry: Entry) -> Verdict:
        """The verdict on ``entry``."""
        return judge(
            replace(catalog.find(entry.exercise), seconds=self.seconds(entry)),
            entry.source(self.places),
            seed=1,
            start=self.nursery.worker,
            only=entry.case,
        )


def read_entry(path: Path) -> Entry:
    """A file of the corpus, whatever its encoding."""
    head = {}
    for line in re.split(r"\r\n|\r|\n", path.read_bytes().decode("ascii", errors="ignore")):
        if not line.startswith("#"):
            break
        key, colon, text = line.lstrip("# ").partition(": ")
        if colon and key.isalpha():  # others name the file's encoding
            head[key] = text
    return Entry(path, head)


def reference(slug: str) -> Entry:
    """The reference solution of an exercise."""
    return Entry(catalog.find(slug).reference, {"verdict": "passed", "exercise": slug})


ENTRIES = [read_entry(path) for path in sorted(CORPUS.glob("*/*.py"))]
ATTACKS = [entry for entry in ENTRIES if not entry.name.endswith(".right")]
TWINS = [entry for entry in ENTRIES if entry.name.endswith(".right")]
