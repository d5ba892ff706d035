"""The failing call of a case as a script that runs by itself, for a breakpoint or a debugger.

It holds the calls as the case made them, their input, what came of them as numbers, and a plain
``assert``: nothing of the reference's code, nor of the case's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dlprep.api import Signature
from dlprep.checks.failure import FewLines, LittleMemory
from dlprep.judge.failure import Failure
from dlprep.judge.repro import asserts
from dlprep.judge.repro.calls import Statements, needed
from dlprep.judge.repro.claims import (
    Alone,
    Changed,
    Claim,
    Contract,
    Fewer,
    Items,
    NoScript,
    Place,
    Same,
    calls_of,
)
from dlprep.judge.repro.evidence import find_claim
from dlprep.judge.repro.functions import name_functions, table
from dlprep.judge.repro.helpers import HELPERS
from dlprep.judge.repro.literals import Branch, Literals, Unwritable, printable, written
from dlprep.judge.repro.observed import Observed
from dlprep.judge.repro.recording import Recorded
from dlprep.judge.repro.trial import same_alone
from dlprep.model import CaseResult, Exercise
from dlprep.sandbox.remote import MAX_ITEMS

__all__ = ["NoScript", "Recorded", "write_script"]

SHOWN, LONGEST = 12, 92  # lines of what check said, and characters of one
LARGEST = 1 << 20  # characters of a script
FIRST = "The case judges what it computes of the answers. This one is wrong first."
LIBRARIES = ("base64", "itertools", "pickle", "sys", "tracemalloc", "zlib")
OWN_NAMES = {"np", "got", "expected", "before", "after", "few", "many", "lines", "peak", "seen"}


def write_script(
    exercise: Exercise,
    failure: Failure,
    submission: Recorded,
    api: Mapping[str, Signature],
    seed: int,
) -> str:
    """The script of this failure; ``NoScript`` when there is nothing that it could run."""
    returns = {name: signature.returns for name, signature in api.items()}
    claim = find_claim(exercise, failure, submission, returns)
    name = failure.result.name
    try:
        text = _Script(exercise.slug, failure, submission, api, claim).text(seed)
    except Unwritable as error:
        raise NoScript(f"The case {name} passes in what cannot be written: {error}.") from error
    if len(text) > LARGEST:
        raise NoScript(f"The input of the case {name} is too large for a script.")
    return text


class _Script:
    def __init__(
        self,
        slug: str,
        failure: Failure,
        submission: Recorded,
        api: Mapping[str, Signature],
        claim: Claim,
    ) -> None:
        self.slug, self.failure, self.api, self.claim = slug, failure, api, claim
        self.calls, self.submission, self.shown = failure.calls, submission, calls_of(claim)
        self.kept = needed(self.calls, self.shown)
        if not same_alone(submission, self.calls, self.kept, self.shown):
            self.kept = [*range(self.shown[-1] + 1)]
        self.literals = Literals(forms=_only_forms(claim))
        self.made = Statements(self.calls, self.kept, self.literals, set(self.shown))
        if isinstance(claim, Same) and not claim.place.path and claim.place.way == "{}":
            self.made.got = claim.place.call
        self.functions = sorted({self.calls[n].function for n in self.kept})
        parameters = (one.name for name in self.functions for one in api[name].parameters)
        self.made.reserve({*self.functions, *OWN_NAMES, *HELPERS}, parameters)

    def text(self, seed: int) -> str:
        """The whole script."""
        calls = [self.calls[n] for n in self.kept]
        functions, self.literals.functions = name_functions(calls, self.submission, self.api)
        self.made.reserve(functions, ())
        counted, asked = isinstance(self.claim, Fewer), self.submission.asked
        tables = [
            part
            for name, function in functions.items()
            for part in table(name, function, asked, self.literals, counted)
        ]
        body = "\n".join(self._body())
        helpers = [
            text.strip().replace("{slug}", self.slug)
            for name, text in HELPERS.items()
            if name in self.literals.helpers
        ]
        code = "\n\n\n".join([*helpers, *tables, body])
        space = "\n\n" if helpers or tables else "\n"
        return "\n".join([*self._head(seed), "", *self._imports(code), space]) + code + "\n"

    def _head(self, seed: int) -> Iterator[str]:
        result = self.failure.result
        yield f'"""{self.slug}: the failing call of the case {printable(result.name)}.'
        yield from ("", f"    {printable(result.label)}", "")
        yield f"Set a breakpoint in {self.slug}.py, and run this file. Seed {seed}."
        yield from ('"""', "", "# dlprep check said:")
        yield from _said(result)

    def _imports(self, code: str) -> Iterator[str]:
        groups = [
            [f"import {name}" for name in LIBRARIES if re.search(rf"\b{name}\.", code)],
            ["import numpy as np"] if "np." in code else [],
            [f"from {self.slug} import {', '.join(self.functions)}"],
        ]
        yield "\n\n".join("\n".join(group) for group in groups if group)

    def _body(self) -> Iterator[str]:
        observed = Observed(self.claim, self.shown, self.made)
        for n in self.kept:
            if n in self.shown and observed.fits(self.claim):
                yield from observed.statements(n, self.api)
            else:
                yield from self.made.statements(n, self.api)
        yield from self._asked()

    def _asked(self) -> Iterator[str]:
        """What must hold of the results."""
        match self.claim:
            case Same(place, expected, tolerance, first):
                other, part = "", self._part(place)
                if part != "got":
                    yield f"\ngot = {part}"
                if first:
                    yield f"# {FIRST}"
                if isinstance(expected, Place):
                    other, expected = self._part(expected), self._value(expected)
                yield from asserts.require(expected, tolerance, self.literals, other)
            case Changed(places):
                self.literals.helpers.add("alike")
                yield "\n# What is wrong shows in no answer alone. So this asks only whether any of"
                yield "# them is another than those that check saw."
                rows = [
                    Branch("(", [self._part(place), self.literals.value(self._value(place))], ")")
                    for place in places
                ]
                yield f"seen = {written(Branch('[', rows, ']'), used=7)}"
                yield 'assert not all(alike([got], [was]) for got, was in seen), "still the same"'
            case Items(last, count):
                items = self.made.results[last].partition("[")[0]
                yield f"\nassert len({items}) == {count}, len({items})"
            case Fewer(_, "questions", count):
                names = sorted({*self.literals.functions.values()})
                asked = " + ".join(f"{name}_asked" for name in names)
                yield f"\nassert {asked} < {count}, {asked}"
            case Alone(n):
                yield from self._alone(n)

    def _alone(self, n: int) -> Iterator[str]:
        if self.calls[n].request["op"] == "next" and self.calls[n].result:
            items = self.made.results[n].partition("[")[0]
            yield f"assert len({items}) <= {MAX_ITEMS}, len({items})"
        elif self.calls[n].raised is None:
            yield f"# dlprep stopped it: {printable(str(self.failure.error))}"

    def _part(self, place: Place) -> str:
        return place.way.format(self.made.place(place.call, place.path))

    def _value(self, place: Place) -> Any:
        value = self.calls[place.call].result
        for key in place.path:
            value = value[key]
        return value


def _only_forms(claim: Claim) -> bool:
    """Whether the values of large inputs do not matter."""
    if isinstance(claim, Contract):
        return isinstance(claim.demand, (FewLines, LittleMemory))
    return isinstance(claim, Fewer)


def _said(result: CaseResult) -> Iterator[str]:
    """What check found, as comments; a submission may have had a hand in it."""
    lines = [result.call] if result.call else []
    width = max((len(finding.label) for finding in result.findings), default=0)
    for finding in result.findings:
        first, *rest = finding.text.split("\n")
        lines.append(f"{finding.label:<{width}}  {first}" if finding.label else first)
        lines += [" " * (width + 2) + line for line in rest]
    for line in lines[:SHOWN]:
        yield f"#   {printable(line)[:LONGEST]}".rstrip()
    if len(lines) > SHOWN:
        yield "#   …"
