# attack: is empty
# verdict: error empty
# source: b""
