# attack: closes a style that the page never opened
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("[/bold] [red]gone[/red] [link=file:///etc/passwd]here[/link]")
