"""Calls with something before or around them: the contract, lines that run, memory."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from dlprep.api import Signature
from dlprep.checks.failure import FewLines, LittleMemory, Raises, Untouched
from dlprep.judge.repro.calls import Statements, made_by
from dlprep.judge.repro.claims import Claim, Contract, Fewer
from dlprep.judge.repro.literals import Unwritable, printable


class Observed:
    """Writes the calls of a claim that says more than what a call must return."""

    def __init__(self, claim: Claim, shown: Sequence[int], made: Statements) -> None:
        self.claim, self.shown, self.made = claim, shown, made
        self.helpers = made.literals.helpers

    @staticmethod
    def fits(claim: Claim) -> bool:
        """Whether a claim is of that kind."""
        return isinstance(claim, Contract) or (isinstance(claim, Fewer) and claim.what == "lines")

    def statements(self, n: int, api: Mapping[str, Signature]) -> Iterator[str]:
        """The call, and what must hold of it."""
        expression = yield from self.made.expression(n, api)
        last = n == self.shown[-1]
        match self.claim:
            case Contract(_, Raises(error)):
                name = _exception(error)
                inside = expression.replace("\n", "\n    ")
                yield from ("try:", f"    got = {inside}", f"except {name}:")
                yield from ("    pass  # as it should be", "else:")
                yield f'    raise AssertionError(f"no {error}, but {{got}}")'
            case Contract(_, Untouched(effect)):
                yield from self._untouched(n, effect if last else "", expression)
            case Contract(_, FewLines(slack=slack)):
                self.helpers.add("lines_run")
                yield f"{'many' if last else 'few'} = lines_run(lambda: {expression})"
                if last:
                    yield f'assert many <= few + {slack}, f"{{many}} lines, not {{few}}"'
            case Contract(_, LittleMemory(mebibytes=mebibytes)):
                yield from ("tracemalloc.start()", f"got = {expression}")
                yield "peak = tracemalloc.get_traced_memory()[1] / 2**20  # MiB"
                yield "tracemalloc.stop()"
                yield f'assert peak <= {mebibytes}, f"{{peak:.3g}} MiB"'
            case Fewer(_, _, count):
                self.helpers.add("lines_run")
                yield f"lines = lines_run(lambda: {expression})"
                yield f"assert lines < {count}, lines"

    def _untouched(self, n: int, effect: str, expression: str) -> Iterator[str]:
        call = self.made.calls[n]
        name = self.made.results[n] = f"got_{self.shown.index(n) + 1}"
        for number, path in made_by(call):
            self.made.names[number] = self.made.place(n, path)
        if call.request.get("read") and type(call.result) is list:
            expression = f"list(itertools.islice({expression}, {len(call.result) + 1}))"
        found = call.effects.get(effect, [None])[0]
        match effect, found:
            case "changed", _:
                part = self._input(found)
                yield from (f"before = {part}.copy()", f"{name} = {expression}")
                changed = f'"{printable(found)} was changed"'
                yield f"assert {part}.tobytes() == before.tobytes(), {changed}"
            case "shared", (one, other):
                yield f"{name} = {expression}"
                theirs = self._result(n, other) if _is_result(other) else self._input(other)
                said = f'"{printable(one)} shares its memory with {printable(other)}"'
                yield f"assert not np.shares_memory({self._result(n, one)}, {theirs}), {said}"
            case "touched", "np.seterr":
                yield from ("before = np.geterr()", f"{name} = {expression}")
                yield "assert np.geterr() == before, np.geterr()"
            case "touched", _:
                yield "np.random.seed(2**31)"
                yield "before = pickle.dumps(np.random.get_state())"
                yield f"{name} = {expression}"
                yield "after = pickle.dumps(np.random.get_state())"
                yield 'assert after == before, "NumPy\'s global random state was changed"'
            case "overwritten", _:
                old = self._result(self.shown[0], found)
                yield from (f"before = {old}.copy()", f"{name} = {expression}")
                yield f'assert {old}.tobytes() == before.tobytes(), "it was overwritten"'
                new = self._result(n, found)
                yield f'assert not np.shares_memory({old}, {new}), "one array for both"'
            case _:
                yield f"{name} = {expression}"

    def _input(self, name: str) -> str:
        """An input by the name that an effect gives it: ``params['w']``, ``argument 2[0]``."""
        root = name.partition("[")[0]
        if root not in self.made.inputs:
            raise Unwritable("an effect on what was not passed in")
        return self.made.inputs[root] + _path(name[len(root) :])

    def _result(self, n: int, name: str) -> str:
        """A result by the name that an effect gives it: ``the result[1]``."""
        keep = self.made.calls[n].request.get("keep", ())
        path = _path(name.removeprefix("the result"))
        if keep and (index := re.match(r"\[(\d+)\]", path)):
            seen = [k for k in range(int(index[1]) + len(keep) + 1) if k not in keep]
            path = f"[{seen[int(index[1])]}]{path[index.end() :]}"
        return self.made.results[n] + path


def _path(text: str) -> str:
    """The path in the name of an effect, which a worker sent: it must be nothing else."""
    if not re.fullmatch(r"(\[(\d{1,6}|'[^'\\\n]*')\])*", text):
        raise Unwritable("an effect on what has no name")
    return text


def _exception(name: str) -> str:
    if hasattr(builtins, name):
        return name
    return f"np.linalg.{name}" if hasattr(np.linalg, name) else "Exception"


def _is_result(name: str) -> bool:
    return re.fullmatch(r"the result(\[.*)?", name) is not None
