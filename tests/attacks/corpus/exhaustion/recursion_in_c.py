# attack: overflows the stack of the interpreter
# verdict: error crash
# case: one_row


def softmax(x, axis=-1):
    nested = ()
    for _ in range(1 << 18):
        nested = (nested,)
    return hash(nested)
