"""``torch.nn.init`` draws by another generator: bounds and deviations can be compared."""

import numpy as np
import torch

WITHOUT = dict.fromkeys(("xavier_uniform", "kaiming_normal"), "what is drawn is the solution's own")


def invariants(reference):
    """The bound of PyTorch's uniform weights, and the deviation of its normal ones."""
    for shape in ((100, 400), (400, 100), (64, 24, 5, 3)):
        # PyTorch stores the weights of a linear layer as (Dout, Din)
        theirs = torch.empty(shape if len(shape) == 4 else shape[::-1], dtype=torch.float64)
        torch.nn.init.xavier_uniform_(theirs, generator=torch.Generator().manual_seed(0))
        ours = reference.xavier_uniform(shape, np.random.default_rng(0))
        assert abs(np.abs(ours).max() / theirs.abs().max().item() - 1) < 0.001
        assert abs(ours.std() / theirs.std().item() - 1) < 0.02
        for mode in ("fan_in", "fan_out"):
            generator = torch.Generator().manual_seed(0)
            torch.nn.init.kaiming_normal_(
                theirs, mode=mode, nonlinearity="relu", generator=generator
            )
            ours = reference.kaiming_normal(shape, np.random.default_rng(0), mode)
            assert abs(ours.std() / theirs.std().item() - 1) < 0.03
