"""The worked example of every prompt comes out of the reference to the last printed digit."""

import doctest
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROMPTS = sorted(ROOT.glob("exercises/*/prompt.md"))


@pytest.mark.parametrize("prompt", PROMPTS, ids=[prompt.parent.name for prompt in PROMPTS])
def test_reference_prints_the_prompts_numbers(prompt: Path) -> None:
    text = prompt.read_text(encoding="utf-8").replace("```", "\n")  # a fence would end no output
    names = runpy.run_path(str(ROOT / "solutions" / prompt.parent.name / "reference.py"))
    example = doctest.DocTestParser().get_doctest(text, names, prompt.parent.name, str(prompt), 0)
    report: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(example, out=report.append)
    assert result.attempted > 0, f"{prompt} has no worked example"
    assert result.failed == 0, "".join(report)
