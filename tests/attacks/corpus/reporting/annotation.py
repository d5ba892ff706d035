# attack: is an annotation of GitHub's
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("::error file=a,line=1::%0A::stop-commands::x\n::error::no")
