# attack: asks for another process to do the work
# verdict: failed import

import subprocess


def softmax(x, axis=-1):
    return subprocess.check_output(["python", "-c", "..."])
