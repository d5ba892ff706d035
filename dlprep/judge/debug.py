"""A case on the user's own file, in this process, so that a debugger stops in that file."""

from __future__ import annotations

import math
import sys
import traceback
import types
import warnings
from bdb import BdbQuit
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dlprep.catalog import Exercise
from dlprep.errors import Ended
from dlprep.judge.judge import judge
from dlprep.sandbox import wire
from dlprep.sandbox.process import OnCallback
from dlprep.sandbox.requests import Runner, describe, signatures
from dlprep.verdict import Verdict


def debug(
    exercise: Exercise, path: Path, source: bytes, *, seed: int, case: str | None = None
) -> Verdict:
    """Judge the file ``path``, which holds ``source``, here and now, up to the first failure.

    ``case`` is the name of the one case to run. The user's code runs in the thread that calls
    this, without locks or a time limit, with the real standard input and output. Lines and memory
    are not counted, and no mistake is named. Raises ``BdbQuit`` when the user leaves a debugger.
    """
    timeless = replace(exercise, seconds=math.inf)
    return judge(timeless, source, seed=seed, only=case, start=lambda: Here(path), quick=True)


class Here:
    """Stands in for a worker: it runs the user's file in this process.

    The file's folder comes last on ``sys.path``: the file can import its neighbours, and a
    ``random.py`` among them does not replace Python's own.
    """

    closed = False
    isolation = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._module = types.ModuleType(path.stem)
        self._module.__file__ = str(path)
        self._runner = Runner(vars(self._module), self._call_back, watched=True)
        self._on_callback: OnCallback
        sys.path.append(str(path.parent))
        if path.stem not in sys.stdlib_module_names:
            sys.modules[path.stem] = self._module

    def wait_ready(self) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """Forget the module."""
        sys.path.remove(str(self._path.parent))
        if sys.modules.get(self._path.stem) is self._module:
            del sys.modules[self._path.stem]

    def request(
        self, message: wire.Message, arrays: wire.Arrays, seconds: float, on_callback: OnCallback
    ) -> wire.Frame:
        """Answer a request as a worker does, however long it takes.

        Python itself shows what the file prints and warns of.
        """
        self._on_callback = on_callback
        reply = {"printed": "", "lost": 0, "warnings": [], "lines": 0, "peak": 0}
        floats = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")
        try:
            with floats, warnings.catch_warnings(action="default"):
                if message["op"] == "load":
                    text, namespace = arrays[0].tobytes(), vars(self._module)
                    exec(compile(text, str(self._path), "exec", dont_inherit=True), namespace)
                    return {**reply, "functions": signatures(namespace), "refused": []}, []
                if message.get("observe") in ("lines", "memory"):  # a debugger would be counted too
                    message = {**message, "observe": ""}
                answer, out = self._runner.run(message, _copies(arrays))
                return {**reply, **answer}, _copies(out)
        except (BdbQuit, Ended, KeyboardInterrupt):
            raise
        except BaseException as error:
            *_, (frame, _) = traceback.walk_tb(error.__traceback__)
            if isinstance(error, SystemExit) and frame.f_globals.get("__name__") == "pdb":
                raise BdbQuit from error  # pdb's `q`, from Python 3.14 on
            return {**reply, "raised": describe(error, str(self._path))}, []

    def _call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the case's, as a worker does."""
        arrays: wire.Arrays = []
        nodes = [self._runner.encode(value, arrays) for value in (args, kwargs)]
        frame = {"callback": number, "args": nodes[0], "kwargs": nodes[1]}
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            reply, values = self._on_callback(frame, _copies(arrays))
        if "raised" in reply:
            raise RuntimeError(reply["raised"])
        return self._runner.decode(reply["value"], _copies(values))


def _copies(arrays: wire.Arrays) -> wire.Arrays:
    """Arrays with memory of their own, as those from a pipe have."""
    return [array.copy() for array in arrays]
