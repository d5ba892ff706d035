# attack: has PyTorch do the work
# verdict: failed import

import torch


def softmax(x, axis=-1):
    return torch.softmax(torch.tensor(x), axis).numpy()
