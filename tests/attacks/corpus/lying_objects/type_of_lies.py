# attack: returns an object whose type has neither name nor module
# verdict: failed exception


class Nameless(type):
    def __getattribute__(cls, name):
        return {1}


class Result(metaclass=Nameless):
    pass


def softmax(x, axis=-1):
    return Result()
