# attack: catches whatever might end it, and goes on
# verdict: error timeout
# case: one_row


def softmax(x, axis=-1):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
        finally:
            softmax(x, axis)
