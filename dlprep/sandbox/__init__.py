"""The worker that runs a submission, and the judge's side of the pipe to it."""
