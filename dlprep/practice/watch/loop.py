"""The loop of ``dlprep watch``: the file, the keys and a judge that stays warm, together."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from dlprep.judge.process import JudgeFault, JudgeProcess
from dlprep.practice.check import Checked, judge_text, record_check
from dlprep.practice.watch import Watch
from dlprep.practice.watch.saves import POLL, Save
from dlprep.render.watch import View


class Loop:
    """Runs a ``Watch`` with a real judge, which works in a thread; a screen calls the rest."""

    def __init__(self, watch: Watch, judge: JudgeProcess) -> None:
        self.wake: Callable[[], None] = lambda: None
        self.pause = POLL
        self._watch, self._judge = watch, judge
        self._thread: threading.Thread | None = None
        self._outcomes: queue.SimpleQueue[Checked | str | Exception | None] = queue.SimpleQueue()
        self._lost = False  # the judge was killed, or failed: the next text gets another
        self._closed = False

    @property
    def view(self) -> View:
        """What is to be seen now."""
        return self._watch.view

    @property
    def exit_code(self) -> int | None:
        """Not None once the user quits."""
        return self._watch.exit_code

    def press(self, key: str) -> None:
        """Take a key."""
        self._watch.press(key)
        self.step()

    def step(self) -> None:
        """See to the file and to the judge."""
        if not self._outcomes.empty():
            outcome, self._thread = self._outcomes.get(), None
            if isinstance(outcome, Exception):
                raise outcome
            self._watch.finished(outcome)
        self._watch.look()
        if self._watch.turns.overdue and not self._lost:
            self._lost = True
            threading.Thread(target=self._judge.kill, daemon=True).start()  # it may take a while
        save = self._watch.turns.take()
        if save:
            self._thread = threading.Thread(target=self._check, args=(save,), daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the judge, whatever it is at."""
        self._closed = True
        if self._thread:
            self._judge.kill()
            self._thread.join()
        self._judge.close()

    def _check(self, save: Save) -> None:
        try:
            self._outcomes.put(self._outcome(save))
        except Exception as error:
            self._outcomes.put(error)
        self.wake()

    def _outcome(self, save: Save) -> Checked | str | None:
        """What becomes of the text: judged, then recorded; None if it was saved over meanwhile."""
        watch = self._watch
        if self._lost and not self._closed:
            self._judge.close()
            self._judge, self._lost = JudgeProcess(lasting=True), False
        try:
            verdict = judge_text(self._judge, watch.exercise, save.text, began=save.at)
        except JudgeFault as error:
            self._lost = True
            return f"A fault of dlprep's own: {error}." if watch.turns.wants(save) else None
        if self._closed or not watch.turns.wants(save):
            return None
        return record_check(watch.workspace.record, verdict, save.text)
