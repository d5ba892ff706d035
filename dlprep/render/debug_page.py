"""The pages of ``dlprep debug``: what ``check`` says of a case, and how the case ended here."""

from __future__ import annotations

from rich.console import Console

from dlprep.render.page import Page
from dlprep.render.verdict_page import findings, verdict_page
from dlprep.verdict import Verdict

# Why a case may pass here and not in check, by the kind of what check found.
WHY = {
    "timeout": "There is no time limit here.",
    "import": "Here every import works.",
    "crash": "Here nothing is locked or limited.",
    "output": "Here nothing is locked or limited.",
    "scaling": "Lines and memory are not counted here.",
}


def before_page(checked: Verdict, console: Console) -> None:
    """Print which case is run, and what ``check`` says of it: the first that fails, if any does."""
    page = Page(console)
    if checked.problem:
        page.prose(f"check says: {checked.problem.message}", indent=0)
    else:
        case = (checked.failing or checked.cases)[0]
        says = "check says that it passes." if case.status == "passed" else "check says:"
        label = " ".join(case.label.split())
        page.prose(f"Case {case.name} ({label}), seed {checked.seed}. {says}", indent=0)
        findings(page, case)
    page.show()


def after_page(checked: Verdict, here: Verdict, case: str | None, console: Console) -> None:
    """Print how the case ended here, whether it did so in ``check``, and what failed."""
    there, now = (one.problem or next(iter(one.failing), None) for one in (checked, here))
    said = f"{here.file} does not load here" if here.problem else "The case fails here"
    if now is None:
        said = f"{here.file} passes" if checked.problem else "The case passes"
        said += f" here, but not in check. {WHY.get(there.kind, '')}" if there else "."
    elif there is None:
        said += ", though it passes in check:"
    elif (type(there), there.kind) == (type(now), now.kind):
        said += ", as in check:"
    else:
        said += ", but not as in check:"
    page = Page(console)
    page.line()
    page.prose(said, indent=0)
    page.show()
    if now:
        verdict_page(here, console, case=case)
