"""What an author is told when a command cannot go on."""


class AuthoringError(Exception):
    """The author asked for something that cannot be done; the message says what to do instead."""
