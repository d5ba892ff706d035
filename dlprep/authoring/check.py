"""Prove an exercise: its solutions pass, its mistakes are caught and named, its mutants die."""

from __future__ import annotations

import ast
import doctest
import os
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import numpy as np

from dlprep.api import read_api
from dlprep.authoring.mutants import Mutant, mutants
from dlprep.catalog import Exercise, case_names, read_help, slugs
from dlprep.errors import FaultError
from dlprep.judge.judge import judge
from dlprep.judge.naming import load_text
from dlprep.sandbox import ONE_THREAD
from dlprep.sandbox.process import WorkerProcess
from dlprep.variants import Variants, read_variants
from dlprep.verdict import Verdict

SEEDS = (1, 2, 3)
HINTS = range(3, 6)
UNTOLD = {"scaling", "contract"}  # kinds of failure that no value tells
EXERCISE_FILES = {"exercise.toml", "prompt.md", "stub.py", "test_cases.py"}
SOLUTION_FILES = {"reference.py", "hints.toml", "variants.toml", "explanation.md", "oracle.py"}


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. The exercise is sound when there is no problem.

    ``survivors`` are the mutants that no case kills, with the reason that the author gave.
    """

    exercise: str
    problems: tuple[str, ...]
    mistakes: int
    accepted: int
    mutants: int
    survivors: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether everything that was to be proved is proved."""
        return not self.problems


def check_exercise(exercise: Exercise) -> Report:
    """Prove one exercise over three seeds. ``VariantError`` if its variants cannot be read."""
    began = time.perf_counter()
    variants = read_variants(exercise)
    proof = _Proof(exercise, variants)
    try:
        problems = [*files(exercise, variants), *texts(exercise), *proof.stub()]
        solutions = list(proof.solutions())
        problems += solutions
        # if the reference fails, every other finding is noise
        everything = mutants(exercise.reference.read_text(encoding="utf-8"))
        survivors: tuple[tuple[str, str], ...] = ()
        if not solutions:
            problems += proof.mistakes()
            surviving = proof.surviving(everything)
            problems += _unlisted(surviving, everything, variants)
            reasons = {entry.mutant: entry.reason for entry in variants.equivalents}
            survivors = tuple((mutant.id, reasons.get(mutant.id, "")) for mutant in surviving)
    finally:
        proof.worker.close()
    return Report(
        exercise.slug,
        tuple(problems),
        len(variants.mistakes),
        len(variants.accepted),
        len(everything),
        survivors,
        time.perf_counter() - began,
    )


def check_all(exercises: Sequence[Exercise], jobs: int) -> Iterator[Report | FaultError]:
    """Prove exercises, ``jobs`` at a time; in their order, each a report or why there is none."""
    os.environ |= ONE_THREAD  # as a judge has it
    os.environ["PYTHONSAFEPATH"] = "1"  # a random.py in the author's folder is not Python's
    # spawned, not forked: NumPy has threads here
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        by_cost = sorted(
            exercises, key=lambda one: -one.seconds
        )  # training first: it takes longest
        reports = {one.slug: pool.submit(_report, one) for one in by_cost}
        yield from (reports[one.slug].result() for one in exercises)


def _report(exercise: Exercise) -> Report | FaultError:
    try:
        return check_exercise(exercise)
    except FaultError as error:  # variants.toml cannot be read
        return error


def files(exercise: Exercise, variants: Variants) -> Iterator[str]:
    """What to do about files that are missing, and about those that nothing reads."""
    named = {
        file.relative_to(exercise.solution).as_posix()
        for file in (
            *(one.file for one in variants.mistakes),
            *(one.file for one in variants.accepted),
        )
        if file is not None
    }
    for folder, wanted in (
        (exercise.folder, EXERCISE_FILES),
        (exercise.solution, SOLUTION_FILES | named),
    ):
        there = {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        for name in sorted(wanted - there):
            yield f"{folder.parent.name}/{folder.name}/{name} is missing: write it"
        for name in sorted(there - wanted):
            yield f"{folder.parent.name}/{folder.name}/{name} is not used: delete it"


def texts(exercise: Exercise) -> Iterator[str]:
    """What to do about the hints, the labels, and the prompt's worked example."""
    hints = read_help(exercise).hints
    if len(hints) not in HINTS:
        yield f"hints.toml has {len(hints)} hints: give three to five"
    for name in exercise.after:
        if name not in slugs(exercise.folder.parents[1]):
            yield f"exercise.toml: after names {name!r}, and there is no such exercise"
    for node in ast.parse(exercise.cases.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        if not ast.get_docstring(node):
            yield f"{node.name} has no docstring: write the label that a user reads"
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


@dataclass
class _Proof:
    """The parts of the proof; each yields sentences that tell the author what to do."""

    exercise: Exercise
    variants: Variants
    worker: WorkerProcess = field(default_factory=WorkerProcess)

    def stub(self) -> Iterator[str]:
        """The stub states the reference's API, runs, and passes no case.

        In the debugging track it is a broken program: it runs, and fails some case.
        """
        text = self.exercise.stub.read_text(encoding="utf-8")
        stub = read_api(text)
        reference = read_api(self.exercise.reference.read_text(encoding="utf-8"))
        for name, signature in stub.items():
            if name not in reference:
                yield f"stub.py has {name}, which reference.py has not"
            elif reference[name].parameters != signature.parameters:
                yield f"stub.py has {signature}, reference.py {reference[name]}: make them equal"
        for name in reference.keys() - stub.keys():
            yield f"reference.py has {name}, which stub.py has not: add it, or make it private"
        verdict = self._judge(text, SEEDS[0])
        if verdict.problem is not None:
            said = verdict.problem.message
            yield said if verdict.status == "fault" else f"stub.py does not run: {said}"
        if self.exercise.track == "debugging":
            if verdict.status == "passed":
                yield "stub.py passes every case: it must be a broken program"
            return
        for case in verdict.cases:
            if case.status == "passed":
                yield f"test_{case.name} passes on the stub: it does not judge the submission"
            elif case.kind != "not implemented":
                yield (
                    f"test_{case.name} does not end with 'not implemented yet' on the stub, but"
                    f" as {case.kind!r}: the case must call the submission first"
                )

    def solutions(self) -> Iterator[str]:
        """The reference and every accepted solution pass."""
        reference = self.exercise.reference.read_text(encoding="utf-8")
        named = [("reference.py", reference)]
        named += [(f"accepted {one.name!r}", one.source) for one in self.variants.accepted]
        if len(self.variants.accepted) < 2:
            yield "variants.toml has fewer than two accepted solutions: add one in another style"
        for name, source in named:
            for seed in SEEDS:
                if why := _why_not_passed(self._judge(source, seed)):
                    yield f"{name} does not pass (seed {seed}): {why}"
                    break

    def mistakes(self) -> Iterator[str]:
        """Every mistake fails its own case, and gets its own name and no other."""
        known = {f"test_{name}" for name in case_names(self.exercise)}
        for mistake in self.variants.mistakes:
            if mistake.caught_by not in known:
                yield f"mistake {mistake.name!r}: there is no case {mistake.caught_by}"
                continue
            for seed in SEEDS:
                verdict = self._judge(mistake.source, seed)
                failing = {
                    f"test_{case.name}".partition("[")[0]
                    for case in verdict.cases
                    if case.status != "passed"
                }
                named = [one.name for one in verdict.mistakes]
                kinds = {case.kind for case in verdict.cases if case.status != "passed"}
                # right answers, but slow or with side effects: no value tells it
                untold = kinds <= UNTOLD and not named
                if verdict.problem is not None:
                    yield f"mistake {mistake.name!r} is not judged: {verdict.problem.message}"
                elif mistake.caught_by not in failing:
                    others = ", ".join(sorted(failing)) or "nothing"
                    yield (
                        f"mistake {mistake.name!r} passes {mistake.caught_by} (seed {seed};"
                        f" caught by {others}): sharpen the case"
                    )
                elif mistake.costs_only != (kinds == {"scaling"}):
                    flag = "false" if mistake.costs_only else "true"
                    yield f"mistake {mistake.name!r}: set costs_only = {flag} (seed {seed})"
                elif named != [mistake.name] and not untold:
                    instead = " and ".join(map(repr, named)) or "nothing"
                    yield (
                        f"mistake {mistake.name!r} is named as {instead} (seed {seed}):"
                        " add a case whose calls tell them apart"
                    )
                else:
                    continue
                break

    def surviving(self, everything: list[Mutant]) -> list[Mutant]:
        """The mutants that pass every case, over every seed."""
        return [
            mutant
            for mutant in everything
            if all(
                self._judge(mutant.source, seed, quick=True).status == "passed" for seed in SEEDS
            )
        ]

    def _judge(self, source: str, seed: int, *, quick: bool = False) -> Verdict:
        if self.worker.closed:  # a mutant looped for ever, say
            self.worker = WorkerProcess()
        return judge(self.exercise, source.encode(), seed=seed, worker=self.worker, quick=quick)


def _why_not_passed(verdict: Verdict) -> str:
    if verdict.problem is not None:
        return verdict.problem.message
    for case in verdict.cases:
        if case.status != "passed":
            found = "; ".join(f"{one.label} {one.text}".strip() for one in case.findings)
            return " ".join(f"test_{case.name}: {case.call} {found or case.status}".split())
    return ""


def _unlisted(
    surviving: list[Mutant], everything: list[Mutant], variants: Variants
) -> Iterator[str]:
    alive, known = {mutant.id for mutant in surviving}, {mutant.id for mutant in everything}
    listed = {entry.mutant for entry in variants.equivalents}
    for mutant in surviving:
        if mutant.id not in listed:
            yield (
                f"line {mutant.line}: the mutant {mutant.id!r} survives: add a case that kills it,"
                " or list it under [[equivalent]] with the reason"
            )
    for name in sorted(listed - known):
        yield f"[[equivalent]] {name!r} is no longer a mutant of reference.py: delete the entry"
    for name in sorted((listed & known) - alive):
        yield f"[[equivalent]] {name!r} is killed: delete the entry"
