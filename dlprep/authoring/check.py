"""Prove an exercise: its solutions pass, its mistakes are caught and named, its mutants die."""

from __future__ import annotations

import ast
import doctest
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from dlprep.api import read_api
from dlprep.authoring.mutants import Mutant, mutants
from dlprep.catalog import Exercise, case_names, read_help, slugs
from dlprep.errors import FaultError, UserError
from dlprep.judge.cases import CaseFault, Trial, run_contrasts
from dlprep.judge.judge import judge
from dlprep.judge.replay import load_text
from dlprep.judge.source import Source
from dlprep.sandbox import ONE_THREAD
from dlprep.sandbox.process import WorkerProcess
from dlprep.sandbox.submission import Submission
from dlprep.variants import Mistake, Variants, read_variants
from dlprep.verdict import UNWRITTEN, CaseResult, Verdict

MAIN = "main"  # the branch that --changed compares with
SEEDS = (1, 2, 3)
PATIENCE = 60.0  # seconds for names and contrasts: the machine may be busy
HINTS = range(3, 6)
UNTOLD = {"scaling", "contract", "purity"}  # kinds of failure that no value tells
EXERCISE_FILES = {"exercise.toml", "prompt.md", "stub.py", "test_cases.py"}
SOLUTION_FILES = {"reference.py", "hints.toml", "variants.toml", "explanation.md", "oracle.py"}


@dataclass(slots=True)
class Report:
    """What was found. The exercise is sound when there is no problem.

    ``survivors`` are the mutants that no case kills, with the reason that the author gave. ``told``
    says for each core mistake whether the contrasts tell it apart: right on some, wrong on others.
    """

    exercise: str
    problems: list[str] = field(default_factory=list)
    mistakes: int = 0
    accepted: int = 0
    mutants: int = 0
    survivors: list[tuple[str, str]] = field(default_factory=list)
    told: dict[str, bool] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether everything that was to be proved is proved."""
        return not self.problems


def check_all(exercises: Sequence[Exercise], jobs: int) -> Iterator[Report]:
    """Prove exercises, ``jobs`` at a time; their reports in the same order."""
    os.environ |= ONE_THREAD  # as a judge has it
    os.environ["PYTHONSAFEPATH"] = "1"  # a random.py in the author's folder is not Python's
    # spawned, not forked: NumPy has threads here
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        by_cost = sorted(exercises, key=lambda one: -one.seconds)  # training takes longest
        reports = {one.slug: pool.submit(check_exercise, one) for one in by_cost}
        yield from (reports[one.slug].result() for one in exercises)


def changed_slugs(home: Path) -> set[str]:
    """The exercises with a file that differs from where this branch left main, or is not in git.

    ``UserError`` where git cannot tell.
    """
    files: list[str] = []
    differ = ["diff", "--name-only", "--relative", "--merge-base", MAIN]
    for words in (differ, ["ls-files", "--others", "--exclude-standard"]):
        git = ["git", "-c", "core.quotePath=false", *words, "--", "exercises", "solutions"]
        try:
            done = subprocess.run(git, cwd=home, capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise UserError("--changed needs git, which is not installed.") from error
        except subprocess.CalledProcessError as error:
            why = error.stderr.strip().partition("\n")[0] or "git failed"
            raise UserError(f"git cannot compare with the branch {MAIN!r}: {why}") from error
        files += done.stdout.splitlines()
    return {Path(file).parts[1] for file in files if len(Path(file).parts) > 2}


def check_exercise(exercise: Exercise) -> Report:
    """Prove one exercise over three seeds; a file that cannot be read is a problem too."""
    began = time.perf_counter()
    report = Report(exercise.slug)
    try:
        _prove(exercise, report)
    except FaultError as error:
        report.problems.append(str(error))
    report.seconds = time.perf_counter() - began
    return report


def _prove(exercise: Exercise, report: Report) -> None:
    variants = read_variants(exercise)
    all_mutants = mutants(exercise.reference.read_text(encoding="utf-8"))
    report.mistakes, report.accepted = len(variants.mistakes), len(variants.accepted)
    report.mutants = len(all_mutants)
    with closing(_Proof(exercise, variants)) as proof:
        report.problems += [*files(exercise, variants), *texts(exercise), *proof.stub()]
        unsolved = list(proof.solutions())
        if unsolved:  # every other finding would be noise
            report.problems += unsolved
            return
        report.problems += proof.mistakes()
        report.told = proof.told
        surviving = [mutant for mutant in all_mutants if proof.survives(mutant)]
    reasons = {entry.mutant: entry.reason for entry in variants.equivalents}
    report.problems += _unlisted(surviving, {mutant.id for mutant in all_mutants}, reasons)
    report.survivors = [(mutant.id, reasons.get(mutant.id, "")) for mutant in surviving]


def files(exercise: Exercise, variants: Variants) -> Iterator[str]:
    """What to do about files that are missing, and about those that nothing reads."""
    wanted = {exercise.folder / name for name in EXERCISE_FILES}
    wanted |= {exercise.solution / name for name in SOLUTION_FILES}
    wanted |= {one.file for one in variants.mistakes if one.file}
    wanted |= {one.file for one in variants.accepted if one.file}
    there = {
        path
        for folder in (exercise.folder, exercise.solution)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for path in sorted(wanted ^ there):
        advice = "is missing: write it" if path in wanted else "is not used: delete it"
        yield f"{path.relative_to(exercise.folder.parents[1]).as_posix()} {advice}"


def texts(exercise: Exercise) -> Iterator[str]:
    """What to do about the hints, the labels, and the prompt's worked example."""
    hints = read_help(exercise).hints
    if len(hints) not in HINTS:
        yield f"hints.toml has {len(hints)} hints: give three to five"
    for name in exercise.after:
        if name not in slugs(exercise.folder.parents[1]):
            yield f"exercise.toml: after names {name!r}, and there is no such exercise"
    cases = set(case_names(exercise))  # a contrast has a name instead
    for node in ast.parse(exercise.cases.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) if name.removeprefix("test_") in cases:
                if not ast.get_docstring(node):
                    yield f"{name} has no docstring: write the label that a user reads"
    prompt = exercise.prompt.read_text(encoding="utf-8")
    examples = "".join(re.findall(r"```python\n(.*?)```", prompt, re.DOTALL))
    if ">>>" not in examples:
        yield "prompt.md has no worked example: add a ```python block with >>> lines"
    reference = load_text(exercise.reference.read_text(encoding="utf-8"))
    names = {**vars(reference), "np": np}
    test = doctest.DocTestParser().get_doctest(examples, names, "prompt.md", None, 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=said.append)
    if said:
        wrong = " ".join(said[0].split())
        yield f"prompt.md's example is not what the reference gives: {wrong}"


class _Proof:
    """The parts of the proof that judge; each yields sentences that tell the author what to do."""

    def __init__(self, exercise: Exercise, variants: Variants) -> None:
        self._exercise, self._variants = exercise, variants
        self._worker = WorkerProcess()
        self._polished = False  # the reference
        self.told: dict[str, bool] = {}

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def stub(self) -> Iterator[str]:
        """The stub states the reference's API, runs, and passes no case and no contrast.

        In the debugging track it is a broken program: it runs, and fails some case.
        """
        text = self._exercise.stub.read_text(encoding="utf-8")
        stub = read_api(text)
        reference = read_api(self._exercise.reference.read_text(encoding="utf-8"))
        for name in sorted(stub.keys() | reference.keys()):
            ours, theirs, none = stub.get(name), reference.get(name), f"no public {name}"
            if ours is None or theirs is None or ours.parameters != theirs.parameters:
                yield f"stub.py has {ours or none}, reference.py {theirs or none}: make them equal"
        verdict = self._judge(text, SEEDS[0], explaining=PATIENCE)
        if verdict.problem is not None:
            said = verdict.problem.message
            yield said if verdict.status == "fault" else f"stub.py does not run: {said}"
        if self._exercise.track == "debugging":
            if verdict.status == "passed":
                yield "stub.py passes every case: it must be a broken program"
            return
        for case in verdict.cases:
            if case.status == "passed":
                yield f"test_{case.name} passes on the stub: it does not judge the submission"
            elif case.kind != UNWRITTEN:
                yield (
                    f"test_{case.name} does not end with 'not implemented yet' on the stub, but"
                    f" as {case.kind!r}: the case must call the submission first"
                )
        for one in verdict.contrasts:
            if one.right:
                yield f"the stub is right on the contrast {one.name!r}: let it judge the submission"

    def solutions(self) -> Iterator[str]:
        """Core passes the reference and every accepted solution; ★ can be reached."""
        accepted = self._variants.accepted
        if len(accepted) < 2:
            yield "variants.toml has fewer than two accepted solutions: add one in another style"
        reference = self._exercise.reference.read_text(encoding="utf-8")
        verdicts = list(self._verdicts(reference))
        yield from _first_wrong("reference.py", verdicts, _why_not_passed)
        yield from self._contrasts(reference)
        for one in accepted:
            why = _why_not_polished if one.polished else _why_not_passed
            yield from _first_wrong(f"accepted {one.name!r}", self._verdicts(one.source), why)
        unpolished = list(_first_wrong("reference.py", verdicts, _why_not_polished))
        self._polished = not unpolished
        if not any(one.polished for one in accepted):
            for said in unpolished:
                yield f"{said}: then mark an accepted solution that does as polished = true"

    def _contrasts(self, source: str) -> Iterator[str]:
        """The reference is right on every contrast."""
        text = source.encode()
        api = read_api(self._exercise.stub.read_text(encoding="utf-8"))
        for seed in SEEDS:
            submission = Submission(
                self._exercise.slug, text, api, seconds=60, total=240, worker=self._worker
            )
            run = Trial(submission, load_text(source), Source(text), seed)
            try:
                contrasts = run_contrasts(self._exercise, run, time.monotonic() + PATIENCE)
            except CaseFault as error:
                yield f"a contrast went wrong: {error}"
                return
            for one in contrasts:
                if not one.right:
                    yield f"reference.py is wrong on the contrast {one.name!r} (seed {seed})"

    def mistakes(self) -> Iterator[str]:
        """Every mistake fails its own case, and gets its own name and no other, however spelled.

        All but its own case is tried with the first seed alone: names and contrasts cost most.
        """
        named = self._exercise.track != "training"  # nothing is named there
        for mistake in self._variants.mistakes:
            uncaught = partial(_why_uncaught, mistake)
            for n, spelling in enumerate(mistake.spellings):
                name = f"mistake {mistake.name!r}{f', spelling {n + 1}' if n else ''}"
                verdict = self._judge(spelling.source, SEEDS[0], explaining=PATIENCE)
                said = uncaught(verdict) or _why_unsharp(mistake, verdict)
                if named and not said:
                    said = _why_misnamed(mistake, verdict)
                if said:
                    yield f"{name} {said} (seed {SEEDS[0]})"
                elif n == 0:
                    self._note(mistake, verdict)
                    own = self._verdicts(spelling.source, SEEDS[1:], mistake.caught_by)
                    yield from _first_wrong(name, own, uncaught)

    def _note(self, mistake: Mistake, verdict: Verdict) -> None:
        """Note whether the contrasts tell a core mistake apart, if they can."""
        kinds = {case.kind for case in _unpassed(verdict) if case.tier == "core"}
        if verdict.contrasts and not kinds <= UNTOLD:
            self.told[mistake.name] = any(map(verdict.told_apart, verdict.failing))

    def survives(self, mutant: Mutant) -> bool:
        """Whether a mutant passes all that the reference passes, over every seed."""
        for seed in SEEDS:
            verdict = self._judge(mutant.source, seed, quick=True)
            if not (verdict.polished if self._polished else verdict.status == "passed"):
                return False
        return True

    def _verdicts(
        self, source: str, seeds: Sequence[int] = SEEDS, only: str | None = None
    ) -> Iterator[Verdict]:
        return (self._judge(source, seed, only) for seed in seeds)

    def _judge(
        self,
        source: str,
        seed: int,
        only: str | None = None,
        *,
        quick: bool = False,
        explaining: float = 0.0,
    ) -> Verdict:
        if self._worker.closed:  # a mutant looped for ever, say
            self._worker = WorkerProcess()
        return judge(
            self._exercise,
            source.encode(),
            seed=seed,
            only=only,
            worker=self._worker,
            quick=quick,
            explaining=explaining,
        )


def _first_wrong(
    name: str, verdicts: Iterable[Verdict], why: Callable[[Verdict], str]
) -> Iterator[str]:
    """What ``why`` says about the first of the verdicts that it finds wrong, if any."""
    for verdict in verdicts:
        if said := why(verdict):
            yield f"{name} {said} (seed {verdict.seed})"
            return


def _why_not_passed(verdict: Verdict) -> str:
    """What is wrong with the verdict on a right solution, or nothing."""
    return _why_not([case for case in _unpassed(verdict) if case.tier == "core"], verdict)


def _why_not_polished(verdict: Verdict) -> str:
    """What keeps a solution from ★, or nothing."""
    return _why_not(_unpassed(verdict), verdict)


def _why_not(unpassed: list[CaseResult], verdict: Verdict) -> str:
    if verdict.problem is not None:
        return f"does not pass: {verdict.problem.message}"
    for case in unpassed:
        found = "; ".join(f"{one.label} {one.text}".strip() for one in case.findings)
        said = " ".join(f"test_{case.name}: {case.call} {found or case.status}".split())
        return f"does not pass: {said}"
    return ""


def _why_uncaught(mistake: Mistake, verdict: Verdict) -> str:
    """Why a mistake does not fail its own case, if it does not."""
    if verdict.problem is not None:
        return f"is not judged: {verdict.problem.message}"
    caught_by = _own_cases(mistake, verdict)
    if not caught_by:
        return f"is to be caught by {mistake.caught_by}, and there is no such case"
    unpassed = _unpassed(verdict)
    if any(case in unpassed for case in caught_by):
        return ""
    others = _functions(unpassed) or "nothing"
    return f"passes {mistake.caught_by}, and is caught by {others}: sharpen the case"


def _why_unsharp(mistake: Mistake, verdict: Verdict) -> str:
    """What else is wrong with the verdict on a mistake that fails its own case, or nothing."""
    unpassed = _unpassed(verdict)
    core = _functions(case for case in unpassed if case.tier == "core")
    if core and all(case.tier == "polish" for case in _own_cases(mistake, verdict)):
        return f"fails {core}, which is core: let caught_by name a core case"
    if mistake.costs_only != ({case.kind for case in unpassed} == {"scaling"}):
        return f"needs costs_only = {'false' if mistake.costs_only else 'true'}"
    return ""


def _why_misnamed(mistake: Mistake, verdict: Verdict) -> str:
    """Which other name a mistake got, if it was not its own."""
    named = [one.name for one in verdict.mistakes]
    # right answers, but slow or with side effects: no value tells it
    untold = {case.kind for case in _unpassed(verdict)} <= UNTOLD and not named
    if named != [mistake.name] and not untold:
        instead = " and ".join(map(repr, named)) or "nothing"
        return f"is named as {instead}: add a case whose calls tell them apart"
    return ""


def _own_cases(mistake: Mistake, verdict: Verdict) -> list[CaseResult]:
    """The cases that the mistake's ``caught_by`` names."""
    return [case for case in verdict.cases if mistake.is_caught_by(case.name)]


def _functions(cases: Iterable[CaseResult]) -> str:
    """The functions of cases, each once."""
    return ", ".join(sorted({f"test_{case.name}".partition("[")[0] for case in cases}))


def _unpassed(verdict: Verdict) -> list[CaseResult]:
    return [case for case in verdict.cases if case.status != "passed"]


def _unlisted(surviving: list[Mutant], known: set[str], reasons: dict[str, str]) -> Iterator[str]:
    for mutant in surviving:
        if mutant.id not in reasons:
            yield (
                f"line {mutant.line}: the mutant {mutant.id!r} survives: add a case that kills it,"
                " or list it under [[equivalent]] with the reason"
            )
    for name in sorted(reasons.keys() - {mutant.id for mutant in surviving}):
        why = "is killed" if name in known else "is no longer a mutant of reference.py"
        yield f"[[equivalent]] {name!r} {why}: delete the entry"
