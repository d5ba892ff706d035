"""The pages of ``dlprep debug``: what ``check`` says of a case, and how the case ended here."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import Console

from dlprep.render.page import Page
from dlprep.render.verdict_page import findings, verdict_page
from dlprep.verdict import Verdict

# What a case may do here and not in check, by the kind of what check found.
FREE = {
    "timeout": "There is no time limit here.",
    "import": "Here every import works.",
    "crash": "Here nothing is locked or limited.",
    "output": "Here nothing is locked or limited.",
}


def before_page(checked: Verdict, case: str | None, console: Console) -> None:
    """Print which case is run, and what ``check`` says of it."""
    page = Page(console)
    if checked.problem:
        page.prose(f"check says: {checked.problem.message}", indent=0)
    results = [one for one in checked.cases if case in (one.name, one.name.partition("[")[0])]
    failing = [one for one in results if one.status != "passed"]
    if results:
        label = f" ({' '.join(results[0].label.split())})" if len(results) == 1 else ""
        says = "check says:" if failing else "check says that it passes."
        page.prose(f"Case {case}{label}, seed {checked.seed}. {says}", indent=0)
    for one in failing[:1]:
        findings(page, one)
    page.show()


def after_page(checked: Verdict, here: Verdict, case: str | None, console: Console) -> None:
    """Print how the case ended here, whether it did so in ``check``, and what failed."""
    page = Page(console)
    page.line()
    page.prose(_outcome(checked, here), indent=0)
    page.show()
    if here.status != "passed":
        verdict_page(here, console, case=case)


def _outcome(checked: Verdict, here: Verdict) -> str:
    there, now = (one.problem or next(iter(one.failing), None) for one in (checked, here))
    free = FREE.get(there.kind, "") if there else ""
    if checked.problem and not here.problem:
        rest = "" if now else "Every case passes."
        return f"{here.file} loads here, but not in check. {free} {rest}"
    if now is None:
        return f"The case passes here, but not in check. {free}" if there else "The case passes."
    fails = f"{here.file} does not load here" if here.problem else "The case fails here"
    if there is None:
        return f"{fails}, though it passes in check:"
    # check keeps what was printed, which went to the terminal here
    same = {**asdict(there), "printed": ""} == {**asdict(now), "printed": ""}
    return f"{fails}, as in check:" if same else f"{fails}, but not as in check:"
