"""Hidden cases of mlp2, from the plain to the extreme; each array has its own size."""

import numpy as np
import pytest

from dlprep.checks import (
    check_contract,
    check_gradient,
    check_raises,
    check_stability,
    check_values,
    clear_of_kinks,
)
from dlprep.checks.values import Tolerance

PARTS = ("loss", "grads")
BACKWARDS = ("b2", "W2", "b1", "W1")  # the first wrong gradient is the nearest to its cause
PLAIN = Tolerance(1e-6, 1e-6)  # an epsilon in the log passes here: it has its own case
FORM = Tolerance(0.0, np.inf)  # any finite number: a gradient check judges it

# One sample, three features, two hidden units, both on: every gradient that flows is positive
SAMPLE = {
    "X": np.array([[1.0, 2.0, -1.0]]),
    "W1": np.array([[0.5, -0.5], [1.0, 1.0], [0.5, -1.0]]),
    "b1": np.array([0.0, 0.5]),
    "W2": np.array([[1.0, 0.5, 1.0, -0.5], [1.0, 1.0, 0.5, -1.0]]),
    "b2": np.array([0.5, 0.0, -0.5, 1.0]),
}
TARGETS = {"mse": np.array([[1.0, 2.0, 3.0, 4.0]]), "ce": np.array([3])}

both_losses = pytest.mark.parametrize("loss", ["mse", "ce"])
