"""What a report may show of a verdict: everything, the cases' labels, or the score alone."""

from __future__ import annotations

from dataclasses import replace

from dlprep.grading.model import Feedback, Graded
from dlprep.verdict import CaseResult, Location, Problem, Verdict

FAULT = "The grader itself failed: that is not the submission's fault."


def redact(graded: Graded, feedback: Feedback) -> Graded:
    """``graded`` with what ``feedback`` lets a student see; redacting twice changes nothing.

    ``labels`` leaves a case its label and whether it passed, and the named mistakes with their
    hints; ``score`` leaves how many cases passed. Prints and warnings go as well, for a submission
    can print its inputs. Why a file does not load stays: no input was known then.
    """
    if feedback == "full" or graded.verdict is None:
        return graded
    hidden = _labels if feedback == "labels" else _score
    return replace(graded, verdict=hidden(graded.verdict))


def _labels(verdict: Verdict) -> Verdict:
    cases = tuple(CaseResult(case.name, case.label, case.status) for case in verdict.cases)
    return replace(verdict, cases=cases, problem=_problem(verdict.problem), printed="")


def _score(verdict: Verdict) -> Verdict:
    statuses = sorted(case.status for case in verdict.cases)  # in order, they tell which case
    cases = tuple(CaseResult("", "", status) for status in statuses)
    return replace(_labels(verdict), cases=cases, mistakes=())


def _problem(problem: Problem | None) -> Problem | None:
    if problem is None:
        return None
    if problem.kind == "fault":  # its message may quote a case or the reference
        return Problem("fault", FAULT)
    place = problem.location
    return replace(problem, location=place and Location(place.line, "", "", place.column))
