# attack: is a file just larger than a submission may be
# verdict: error size
# source: b"#" * (1 << 20) + b"\n"
