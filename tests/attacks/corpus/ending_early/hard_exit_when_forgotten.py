# attack: ends the process when its result is no longer needed
# verdict: error type

from random import _os as os


class Result:
    def __del__(self):
        os._exit(0)


def softmax(x, axis=-1):
    return Result()
