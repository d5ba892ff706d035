# attack: prints commands to GitHub's runner
# verdict: failed values
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    print("::stop-commands::pause-logging")
    print("::error file=softmax.py,line=1::no")
    print("::set-output name=passed::true")
    os.write(2, b"::stop-commands::pause-logging\n")
    return x
