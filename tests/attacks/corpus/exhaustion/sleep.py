# attack: sleeps instead of answering
# verdict: error timeout
# case: one_row

import time


def softmax(x, axis=-1):
    time.sleep(10**6)
