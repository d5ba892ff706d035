# attack: returns an object that never finishes saying what it is
# verdict: error timeout
# case: one_row


class Meta(type):
    @property
    def __module__(cls):
        while True:
            pass


class Result(metaclass=Meta):
    pass


def softmax(x, axis=-1):
    return Result()
