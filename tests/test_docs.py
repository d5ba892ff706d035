"""The README cannot drift: its first commands run, its pictures are redrawn, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import typer.main

from dlprep.cli import make_app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The README's code blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def without_seconds(text: str) -> str:
    """The text without what differs: the time from run to run, the isolation by machine."""
    text = re.sub(r"judged(\s|&#160;)in[^<\n]*", "judged", text)
    text = re.sub(r"\d\d:\d\d:\d\d", "00:00:00", text)
    return re.sub(r"\d+\.\d+(\s|&#160;)s\b", "0.00 s", text)


NAIVE = """import numpy as np

def softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
"""


def test_the_two_commands_of_the_first_screen(tmp_path: Path, dlprep_program: str) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    launcher = scripts / "dlprep"  # the environment is there already
    launcher.write_text(f'#!/bin/sh\nDLPREP_COMMAND=$0 exec {dlprep_program} "$@"\n')
    launcher.chmod(0o755)
    (first_screen,) = re.findall(r"two commands are all it takes:\n\n((?: {4}.*\n)+)", README)
    start, check = (line.partition("#")[0].split() for line in first_screen.splitlines())

    def ran(words: list[str]) -> tuple[int, str, str]:
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    code, shown, remarks = ran(start)
    assert (code, remarks) == (0, "")
    last = "softmax.py is ready. Write it, then: scripts/dlprep check softmax"
    assert shown.splitlines()[-1] == last
    (tmp_path / "softmax.py").write_text(NAIVE)
    code, shown, remarks = ran(check)
    assert (code, remarks) == (1, "")
    assert "✗ stays finite for large logits" in shown
    assert "You forgot the max subtraction" in shown


def test_the_pictures_are_of_real_runs(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/picture", tmp_path], check=True, timeout=120)
    for name, shown in (("verdict", "You"), ("watch", "debug")):
        drawn = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        committed = (ROOT / f".github/{name}.svg").read_text(encoding="utf-8")
        assert without_seconds(drawn) == without_seconds(committed)
        assert shown in committed
        assert f".github/{name}.svg" in README


def test_every_command_is_in_the_readme() -> None:
    group = typer.main.get_command(make_app())
    names = [name for name in group.commands if name != "author"]  # type: ignore[attr-defined]
    names += [f"author {name}" for name in group.commands["author"].commands]  # type: ignore[attr-defined]
    for name in names:
        assert f"| `dlprep {name}" in README, name
