"""Many submissions, in parallel, each to its verdict; one writer a format."""
