"""The schedulers of ``torch.optim.lr_scheduler``, set to the step in question."""

import warnings

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR


def lr_at(step, kind, base, total, warmup=0, min_lr=0.0, **kw):
    if kind == "warmup_cosine":
        if step < warmup:  # PyTorch's LinearLR cannot start at 0
            return torch.linspace(0, base, warmup + 1, dtype=torch.float64)[step].item()
        kind, step, total = "cosine", step - warmup, total - warmup
    sgd = torch.optim.SGD([torch.zeros(1)], lr=base)
    if kind == "step":
        scheduler, last = StepLR(sgd, kw["step_size"], kw.get("gamma", 0.1)), step
    elif kind == "cosine":
        scheduler, last = CosineAnnealingLR(sgd, total, min_lr), total
    else:
        scheduler, last = OneCycleLR(sgd, base, total, cycle_momentum=False, **kw), total - 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # to name the step is deprecated, and quicker by far
        scheduler.step(min(step, last))  # PyTorch's cosine rises again, its cycle is an error
    return float(scheduler.get_last_lr()[0])
