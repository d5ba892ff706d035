# attack: raises what ends generators and loops without a word
# verdict: failed exception

ENDS = [GeneratorExit, StopIteration, StopAsyncIteration]


def softmax(x, axis=-1):
    ENDS.append(ENDS.pop(0))
    raise ENDS[-1]
