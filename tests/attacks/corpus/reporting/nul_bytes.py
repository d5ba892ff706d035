# attack: holds NUL bytes
# verdict: error encoding
# source: b"def softmax(x, axis=-1):\n    return x\n\0"
