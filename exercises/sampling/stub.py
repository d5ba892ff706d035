import numpy as np


def filter_probs(
    z: np.ndarray, temperature: float, top_k: int = 0, top_p: float = 1.0
) -> np.ndarray:
    """The distribution from which the next token is drawn.

    z: logits, (V,); -inf for a token that must not come. temperature: at least 0.
    top_k: how many tokens stay, 0 for all. top_p: the share of the probability that stays, 1 for
    all. Returns probabilities, (V,). Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError


def pick(p: np.ndarray, u: float) -> int:
    """The token that the random number u, uniform in [0, 1), draws from p: its index.

    p: probabilities, (V,), which sum to 1 up to rounding.
    """
    raise NotImplementedError
