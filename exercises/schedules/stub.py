def lr_at(
    step: int,
    kind: str,
    base: float,
    total: int,
    warmup: int = 0,
    min_lr: float = 0.0,
    **kw: float,
) -> float:
    """The learning rate of one step, as one number; it depends on the arguments alone.

    step: counted from 0; it may be greater than total.
    kind: "step", "cosine", "warmup_cosine" or "one_cycle"; ValueError for any other.
    base: the full learning rate. total: the number of steps of the schedule.
    warmup, min_lr: for the cosine kinds, as the task says.
    kw: step_size and gamma=0.1 for "step"; pct_start=0.3, div_factor=25 and
    final_div_factor=1e4 for "one_cycle".
    """
    raise NotImplementedError
