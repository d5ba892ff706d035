import numpy as np


class EarlyStopping:
    """Says when to stop training, and keeps the parameters of the best epoch.

    patience: the number of epochs in a row without improvement after which to stop, at least 1.
    min_delta: by how much the loss must fall below the best one to count as better, at least 0.

    best_params: a copy of the parameters of the best step; None before there is one.
    """

    def __init__(self, patience: int, min_delta: float) -> None:
        raise NotImplementedError

    def step(self, val: float, params: dict[str, np.ndarray]) -> bool:
        """Take note of one epoch; whether to stop.

        val: its validation loss. params: the parameters that gave it, by name.
        """
        raise NotImplementedError
