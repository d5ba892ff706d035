"""One submission to its verdict: the trusted side, which never runs a line of the submission."""
