# attack: is a file of 100 megabytes
# verdict: error size
# source: b"#" * (100 << 20)
