"""dlprep: practise the deep-learning coding interview, and grade it."""

__version__ = "0.1.0"
