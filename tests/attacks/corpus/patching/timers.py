# attack: stops every clock
# verdict: failed values

import time

for name in ("time", "monotonic", "perf_counter", "process_time"):
    setattr(time, name, lambda: 0.0)
time.sleep = lambda seconds: None


def softmax(x, axis=-1):
    return x
