"""Early stopping: Prechelt, Early Stopping, But When? (1998); Goodfellow et al., Deep Learning
(2016), algorithm 7.1, which returns the best parameters rather than the last."""

import copy
import math

import numpy as np


class EarlyStopping:
    """Says when to stop training, and keeps the parameters of the best epoch.

    ``patience`` is the number of steps in a row that are not better after which to stop; better
    means that the loss is below the best one by more than ``min_delta``. ``best_params`` is a copy
    of the parameters of the last better step, None before there is one.
    """

    def __init__(self, patience: int, min_delta: float) -> None:
        self.patience = patience
        self.min_delta = min_delta
        self.best = math.inf
        self.waited = 0  # steps in a row that were not better
        self.best_params: dict[str, np.ndarray] | None = None

    def step(self, val: float, params: dict[str, np.ndarray]) -> bool:
        """Take note of one epoch's validation loss and parameters; whether to stop."""
        if val < self.best - self.min_delta:  # False for nan
            self.best = val
            self.waited = 0
            self.best_params = copy.deepcopy(params)
        else:
            self.waited += 1
        return self.waited >= self.patience
