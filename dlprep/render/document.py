"""A document in Markdown: laid out for a terminal, and as it is in a pipe."""

from __future__ import annotations

from rich.console import Console

from dlprep.render.page import Page
from dlprep.text import encodable

WIDTH = 88  # lines of text are no longer, even on the widest terminal


def document(
    title: str, right: str, markdown: str, console: Console, *, widest: int = WIDTH
) -> None:
    """Print a document whose first line is its title; on a terminal, with ``right`` beside it.

    No line is longer than ``widest``, but in a pipe.
    """
    if not console.is_terminal:
        console.out(encodable(markdown.rstrip("\n"), console.encoding), highlight=False)
        return
    page = Page(console)
    if not page.spread((title, "bold"), right=right):
        page.prose(title, indent=0, style="bold")
        page.prose(right, indent=0, style="dim")
    page.gap()
    page.show()

    # Imported here: together with what they load, they take longer than a whole verdict.
    from rich.markdown import Markdown
    from rich.segment import Segment, Segments
    from rich.theme import Theme

    if markdown.startswith("# "):  # the title, which stands above already
        markdown = markdown.partition("\n")[2]
    calm = Theme({"markdown.code": "cyan", "markdown.h2": "bold", "markdown.h3": "bold"})
    with console.use_theme(calm):
        width = min(console.width, widest)
        shown = console.render(
            Markdown(markdown, code_theme="ansi_dark"), console.options.update(width=width)
        )
        encoding = console.encoding
        parts = [Segment(encodable(part.text, encoding), part.style) for part in shown]
        console.print(Segments(parts), end="")
