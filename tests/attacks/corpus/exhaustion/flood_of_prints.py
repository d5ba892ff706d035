# attack: prints a gigabyte
# verdict: failed values
# case: one_row


def softmax(x, axis=-1):
    line = "y" * (1 << 20)
    for _ in range(1 << 10):
        print(line)
    return x
