"""``ReduceLROnPlateau`` counts the steps that are not better by the same rule."""

import copy

import torch


class EarlyStopping:
    def __init__(self, patience, min_delta):
        self.patience, self.best_params = patience, None
        self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            torch.optim.SGD([torch.zeros(1)]),
            patience=10**6,  # it counts, and never reduces anything
            threshold=min_delta,
            threshold_mode="abs",
        )

    def step(self, val, params):
        self.plateau.step(val)
        if self.plateau.num_bad_epochs == 0:
            self.best_params = copy.deepcopy(params)
        return self.plateau.num_bad_epochs >= self.patience
