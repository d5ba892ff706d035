# attack: replaces what writes frames to the judge
# verdict: error output
# case: one_row

from random import _os as os

sys = os.sys


def write_frame(stream, frame):
    stream.write(b'\0\0\0\x0f{"passed": true}')


def softmax(x, axis=-1):
    sys.modules["wire"].write_frame = write_frame
    return x
