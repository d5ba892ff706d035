# attack: raises an exception whose class lies about its name, its text and its trace
# verdict: failed exception


class Meta(type):
    def __getattribute__(cls, name):
        return {1}


class Lie(Exception, metaclass=Meta):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__
    __cause__ = __context__ = args = 0


def softmax(x, axis=-1):
    raise Lie
