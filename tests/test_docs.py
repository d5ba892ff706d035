"""The README cannot drift: its session is run, its picture is drawn anew, its commands exist."""

from __future__ import annotations

import os
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


def test_the_session_is_what_a_user_sees(tmp_path: Path, dlprep_program: str) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    launcher = scripts / "dlprep"  # the environment is there already
    launcher.write_text(f'#!/bin/sh\nDLPREP_COMMAND=$0 exec {dlprep_program} "$@"\n')
    launcher.chmod(0o755)
    (session,) = blocks("console")
    steps = re.findall(r"^\$ (.*(?:\n>.*)*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)
    assert len(steps) == 5
    for command, shown in steps:
        script = re.sub(r"^> ?", "", command, flags=re.MULTILINE)
        ran = subprocess.run(
            ["sh", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert without_seconds(ran.stdout) == without_seconds(shown), command
        assert ran.stderr == ""


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
