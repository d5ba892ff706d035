# attack: warns a thousand times in every call
# verdict: failed values
# case: one_row

import warnings


def softmax(x, axis=-1):
    for number in range(1000):
        warnings.warn(f"{number} " * 50)
    return x
