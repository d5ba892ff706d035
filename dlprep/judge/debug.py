"""A case on the user's own file, in this process, so that a debugger stops in that file."""

from __future__ import annotations

import io
import math
import sys
import traceback
import types
import warnings
from bdb import BdbQuit
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dlprep.catalog import Exercise
from dlprep.errors import Ended
from dlprep.judge.judge import judge
from dlprep.sandbox.requests import Runner, describe, signatures
from dlprep.verdict import Verdict

Arrays = list[np.ndarray[Any, Any]]
OnCallback = Callable[[dict[str, Any], Arrays], tuple[dict[str, Any], Arrays]]


def debug(
    exercise: Exercise, path: Path, source: bytes, *, seed: int, case: str | None = None
) -> Verdict:
    """Judge the file ``path``, which holds ``source``, here and now, up to the first failure.

    ``case`` is the name of the one case to run. The user's code runs in the thread that calls
    this, without locks or a time limit, with the real standard input and output. No mistake is
    named. Raises ``BdbQuit`` when the user leaves a debugger.
    """
    timeless = replace(exercise, seconds=math.inf)
    start = partial(Here, path)
    return judge(timeless, source, seed=seed, only=case, start=start, quick=True)


class Here:
    """Stands in for a worker: answers its requests from the user's file, in this process.

    The file's folder comes last on ``sys.path``: the file can import its neighbours, and a
    ``random.py`` among them does not replace Python's own.
    """

    closed = False
    isolation = ""  # there is no level to speak of

    def __init__(self, path: Path) -> None:
        self.path = path
        self._module = types.ModuleType(path.stem)
        self._module.__file__ = str(path)
        self._runner: Runner
        sys.path.append(str(path.parent))
        if path.stem not in sys.stdlib_module_names:
            sys.modules[path.stem] = self._module

    def wait_ready(self) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """Forget the module."""
        sys.path.remove(str(self.path.parent))
        if sys.modules.get(self.path.stem) is self._module:
            del sys.modules[self.path.stem]

    def request(
        self, message: dict[str, Any], arrays: Arrays, seconds: float, on_callback: OnCallback
    ) -> tuple[dict[str, Any], Arrays]:
        """Answer a request as a worker does, however long it takes."""
        reply: dict[str, Any] = {"printed": "", "lost": 0, "value": None}
        out: Arrays = []
        with (
            np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"),
            warnings.catch_warnings(record=True) as warned,
        ):
            warnings.simplefilter("always")
            try:
                if message["op"] == "load":
                    reply["functions"] = self._load(arrays[0].tobytes(), on_callback)
                else:
                    answer, out = self._run(message, arrays)
                    reply |= answer
            except (BdbQuit, Ended, KeyboardInterrupt):
                raise
            except BaseException as error:
                if _is_quit(error):
                    raise BdbQuit from error
                reply["raised"] = describe(error, str(self.path))
        lines = [one.lineno if one.filename == str(self.path) else 0 for one in warned]
        reply["warnings"] = [
            [line, one.category.__name__, str(one.message)]
            for line, one in zip(lines, warned, strict=True)
        ]
        return reply, _copies(out)

    def _load(self, source: bytes, on_callback: OnCallback) -> dict[str, Any]:
        """Run the file: what it defines. Later requests call back in the same way."""

        def call_back(number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            out: Arrays = []
            nodes = [self._runner.encode(value, out) for value in (args, kwargs)]
            frame = {"callback": number, "args": nodes[0], "kwargs": nodes[1]}
            with warnings.catch_warnings(), np.errstate(all="ignore"):  # the case's own work
                warnings.simplefilter("ignore")
                reply, more = on_callback(frame, _copies(out))
            if "raised" in reply:
                raise RuntimeError(reply["raised"])
            return self._runner.decode(reply["value"], _copies(more))

        self._runner = Runner(vars(self._module), call_back)
        exec(compile(source, str(self.path), "exec", dont_inherit=True), vars(self._module))
        return signatures(vars(self._module))

    def _run(self, message: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
        if message.get("observe") not in ("lines", "memory"):
            return self._runner.run(message, _copies(arrays))
        # A debugger would be measured as well. So the call is made once for it, and once more to
        # be measured, when nothing stops and nothing is printed.
        reply, out = self._runner.run({**message, "observe": ""}, _copies(arrays))
        trace, hook = sys.gettrace(), sys.breakpointhook
        sys.settrace(None)
        sys.breakpointhook = lambda *args, **kwargs: None
        try:
            with redirect_stdout(io.StringIO()):
                measured, _ = self._runner.run({**message, "fresh": False}, _copies(arrays))
        finally:
            sys.breakpointhook = hook
            sys.settrace(trace)
        return {**measured, **reply}, out


def _is_quit(error: BaseException) -> bool:
    """Whether pdb ended the program: from Python 3.14 on that is what its ``q`` does."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return isinstance(error, SystemExit) and frames[-1].f_globals.get("__name__") == "pdb"


def _copies(arrays: Arrays) -> Arrays:
    """Arrays with memory of their own, as those from a pipe have."""
    return [array.copy() for array in arrays]
