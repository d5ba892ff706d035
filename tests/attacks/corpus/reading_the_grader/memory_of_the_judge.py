# attack: finds the reference's text in the judge's memory
# verdict: error exception
# needs: lock

from random import _os as os


def parent(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def regions(pid):
    with open(f"/proc/{pid}/maps") as maps:
        for line in maps:
            words = line.split()
            if words[1] == "rw-p" and words[-1] in ("[heap]", "0"):
                yield [int(part, 16) for part in words[0].split("-")]


start = b"import numpy as np\n\n\ndef softmax(x: np.ndarray, axis: int = -1)"
parts = [  # to be told from the mistakes, which are there as well
    b"dtype = np.result_type(x, 1.0)  # integers become float64\n",
    b"x = np.asarray(x, np.promote_types(dtype, np.float32))  # float16 is summed in float32\n",
    b"shifted = x - x.max(axis=axis, keepdims=True, initial=-np.inf)  # x.shape, at most 0\n",
    b"e = np.exp(shifted)  # x.shape, in [0, 1]\n",
    b"return (e / e.sum(axis=axis, keepdims=True)).astype(dtype, copy=False)\n",
]
judge = parent(os.getppid())
with open(f"/proc/{judge}/mem", "rb", 0) as memory:
    for begin, end in regions(judge):
        memory.seek(begin)
        for text in memory.read(min(end - begin, 64 << 20)).split(start)[1:]:
            text = text[:1000].partition(b"\0")[0]
            if all(part in text for part in parts):
                exec(start + text[: text.index(parts[-1]) + len(parts[-1])])
                break
