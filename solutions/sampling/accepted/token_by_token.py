"""Plain Python over a list of tokens."""

import math

import numpy as np


def filter_probs(z, temperature, top_k=0, top_p=1.0):
    dtype = z.dtype if np.issubdtype(z.dtype, np.floating) else float
    logits = [float(value) for value in z]
    result = np.zeros(len(logits), dtype)
    largest = max(logits)
    if temperature == 0:
        result[logits.index(largest)] = 1
        return result
    # the most likely first, of equal ones the lower index
    tokens = sorted(range(len(logits)), key=lambda token: (-logits[token], token))
    if top_k:
        kth = logits[tokens[min(top_k, len(tokens)) - 1]]
        tokens = [token for token in tokens if logits[token] >= kth]
    weight = {token: math.exp((logits[token] - largest) / temperature) for token in tokens}
    if top_p < 1:
        total, so_far, kept = math.fsum(weight.values()), 0.0, []
        for token in tokens:
            kept.append(token)
            so_far += weight[token]
            if so_far >= top_p * total:
                break
        tokens = kept
    total = math.fsum(weight[token] for token in tokens)
    for token in tokens:
        result[token] = weight[token] / total
    return result


def pick(p, u):
    total, last = 0.0, 0
    for index, probability in enumerate(p.tolist()):
        if probability > 0:
            last = index
            total += probability
            if total > u:
                return index
    return last
