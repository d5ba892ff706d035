"""The numbers of the steps: how far this one is from the best."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class EarlyStopping:
    patience: int
    min_delta: float
    best_params: dict | None = None
    _best: float = field(default=float("inf"), repr=False)
    _best_epoch: int = field(default=-1, repr=False)
    _epoch: int = field(default=-1, repr=False)

    def step(self, val, params):
        self._epoch += 1
        if np.less(val, self._best - self.min_delta):
            self._best, self._best_epoch = val, self._epoch
            self.best_params = {key: value.copy() for key, value in params.items()}
        return self._epoch - self._best_epoch >= self.patience
