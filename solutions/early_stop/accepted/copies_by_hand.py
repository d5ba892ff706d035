"""No best loss before the first one, a countdown, and a copy array by array."""

import numpy as np


class EarlyStopping:
    def __init__(self, patience, min_delta):
        self._patience = self._left = patience
        self._min_delta = min_delta
        self._best = None
        self._kept = None

    @property
    def best_params(self):
        return self._kept

    def _is_better(self, val):
        if np.isnan(val) or val == np.inf:
            return False
        return self._best is None or val < self._best - self._min_delta

    def step(self, val, params):
        if self._is_better(val):
            self._best, self._left = val, self._patience
            self._kept = {}
            for name in params:
                self._kept[name] = np.array(params[name])
            return False
        self._left = max(self._left - 1, 0)
        return self._left == 0
