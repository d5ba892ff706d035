# attack: nests a million brackets
# verdict: error syntax
# source: b"[" * 10**6
