"""A page: lines laid out for one console, made of visible characters only.

Text of a submission is hostile: it may hold markup, escape sequences, characters that reorder a
line, or more than anyone reads. It reaches rich only as ``Text``, which is never parsed, and only
through :meth:`Page.clean`. A terminal gets every line folded at its width; a pipe gets prose
wrapped, and values, code and prints whole, to be searched and copied.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

from dlprep.text import encodable, plural, visible

if TYPE_CHECKING:  # `list` needs no verdicts
    from dlprep.verdict import Location

MEASURE = 100  # prose and headers go no wider, even on the widest terminal
MOST_LINES = 40  # of one text; the checks cut arrays to less
MOST_CHARACTERS = 1000  # of one line
MARKS = {"✗": "red", "✓": "green"}
# A whole string, or what opens, closes or separates arguments.
_TOKEN = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[\[({]|[\])}]|,"


class Page:
    """The lines of one page; :meth:`show` prints them."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.piped = not console.is_terminal
        self.width = max(console.width, 20)
        self.measure = min(self.width, MEASURE)
        self.indent = 4 if self.width >= 60 else 2
        self.deep = self.indent + 4  # where code and prints stand
        self.lines: list[Text] = []

    def clean(self, text: str) -> str:
        r"""``text`` on one line: what is invisible as escapes (``\x1b``), tabs as four blanks."""
        return encodable(visible(text.replace("\t", "    ")), self.console.encoding)

    def rows(self, text: str, most: int = MOST_LINES, longest: int = MOST_CHARACTERS) -> list[str]:
        """The clean lines of ``text``: at most ``most``, of at most ``longest`` characters."""
        lines = text.replace("\r\n", "\n").rstrip().split("\n")
        rows = []
        for line in lines[:most]:
            cut = len(line) - longest
            more = f" … {plural(cut, 'more character')}" if cut > 0 else ""
            rows.append(self.clean(line[:longest] + more))
        if len(lines) > most:
            rows.append(self.clean(f"… {plural(len(lines) - most, 'more line')}"))
        return rows

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Add one line of texts, some of them with a style; it is not folded."""
        line = Text()
        for part in parts:
            text, style = (part, "") if isinstance(part, str) else part
            text = self.clean(text)
            if not line.plain.strip() and text.lstrip().startswith("::"):
                text = text.replace(":", r"\x3a", 1)  # no command to GitHub Actions
            line.append(text, style)
        line.rstrip()
        self.lines.append(line)

    def fit(self, text: str, width: int) -> str:
        """The clean ``text`` in exactly ``width`` cells, cut or filled up with blanks."""
        text, dots = self.clean(text), self.clean("…")
        if cell_len(text) > width:
            text = chop_cells(text, width - len(dots))[0].rstrip() + dots
        return text + " " * (width - cell_len(text))

    def gap(self) -> None:
        """Add a blank line, unless there is one above."""
        if self.lines and self.lines[-1]:
            self.lines.append(Text())

    def prose(
        self, text: str, *, indent: int = 2, style: str = "", mark: str = "", whole: bool = False
    ) -> None:
        """Add sentences, wrapped at the measure or ``whole``, with a mark before the first."""
        for row in self.rows(text):
            width = self.measure - indent
            for piece in [row] if whole else fold(row, width, whole_words=self.piped):
                self.line((mark.ljust(indent), MARKS.get(mark, "")), (piece, style))
                mark = ""

    def heading(self, title: str, more: str = "", *, right: str = "", mark: str = "") -> None:
        """Add a gap and a bold title, with more beside it and dim text at the right; or below."""
        self.gap()
        left = [(mark and f"{mark} ", MARKS.get(mark, "")), (title, "bold")]
        left += [(f"   {more}", "")] if more else []
        right = self.clean(right)
        room = self.measure - cell_len(self.clean("".join(part for part, _ in left)))
        if room >= cell_len(right) + 3:
            self.line(*left, " " * (room - cell_len(right)), (right, "dim"))
            return
        if room >= 0:
            self.line(*left)
        else:
            self.prose(title, indent=2 if mark else 0, style="bold", mark=mark)
        for said, style in ((more if room < 0 else "", ""), (right, "dim")):
            if said:
                self.prose(said, indent=self.indent, style=style)

    def call(self, text: str) -> None:
        """Add a call; a long one is broken between its arguments."""
        for row in self.rows(text):
            for line in split_call(row, self.measure - self.indent):
                self._code(line, self.indent)

    def column(self, labels: list[str]) -> int:
        """Where the texts behind these labels start."""
        return self.indent + max((cell_len(self.clean(label)) for label in labels), default=0) + 3

    def labelled(self, label: str, text: str, column: int) -> None:
        """Add a dim label and, from ``column`` on, its text: below it where that fits better."""
        rows, below = self.rows(text), self.indent + 2
        longest = max(map(cell_len, rows))
        head = " " * self.indent + self.clean(label)
        beside = self.piped or column + longest <= self.width
        if not beside and self.width >= 60 and column <= self.width // 2:
            beside = len(rows) == 1 or below + longest > self.width
        if not beside:
            for piece in fold(head, self.width, " " * self.indent):
                self.line((piece, "dim"))
            head, column = "", below
        hang = 2 if len(rows) > 1 else 0
        for row in rows:
            for piece in self._fold(row, self.width - column, hang):
                self.line((head + " " * (column - cell_len(head)), "dim"), piece)
                head = ""

    def location(self, file: str, place: Location | None) -> None:
        """Add a place in a file, if there is one: what happened there, and its line of code below.

        Code stands beside the place when there is no note; its column gets a caret.
        """
        if place is None:
            return
        label = f"{PurePath(file).name}:{place.line}"
        beside = place.note or (place.code.strip() if place.column is None else "")
        self.labelled(label, beside, self.column([label]))
        if place.column is not None:
            self._pointed(place.code, place.column)
        elif place.note and place.code.strip():
            self.listing(place.code.strip())

    def _pointed(self, code: str, column: int) -> None:
        """Add a line of code with a caret under a column; a long line is cut around it."""
        room = MOST_CHARACTERS if self.piped else self.width - self.deep
        blanks = len(code) - len(code.lstrip())
        before = self.clean(code[blanks : max(column - 1, blanks)])
        code = self.clean(code.strip())
        if cell_len(code) > room:
            kept = chop_cells(before[: -room - 1 : -1], room // 2)[:1]  # from the caret leftwards
            start = len(before) - len("".join(kept))
            dots = self.clean("…") if start else ""
            before = dots + before[start:]
            code = chop_cells(dots + code[start:], room)[0]
        self.line(" " * self.deep, code)
        at = cell_len(before)  # behind the last character it may be one too far
        self.line(" " * (self.deep + (at if self.piped else min(at, room - 1))), "^")

    def listing(self, text: str, most: int = MOST_LINES, longest: int = MOST_CHARACTERS) -> None:
        """Add lines of code or of print, deeply indented."""
        for row in self.rows(text, most, longest):
            self._code(row, self.deep)

    def show(self) -> None:
        """Print the page."""
        self.console.print(Text("\n").join(self.lines), soft_wrap=True)

    def _code(self, row: str, indent: int) -> None:
        for piece in self._fold(row, self.width - indent):
            self.line(" " * indent, piece)

    def _fold(self, row: str, width: int, hang: int = 2) -> list[str]:
        if self.piped:
            return [row]
        hang += len(row) - len(row.lstrip())
        return fold(row, width, " " * min(hang, width // 2))


def fold(line: str, width: int, hang: str = "", *, whole_words: bool = False) -> list[str]:
    """``line`` in pieces of at most ``width`` cells, broken at blanks where there are any.

    Every piece but the first starts with ``hang``. With ``whole_words`` a longer word sticks out.
    """
    pieces: list[str] = []
    rest, start = line.rstrip(), ""
    while cell_len(rest) > (room := width - len(start)):
        head = (chop_cells(rest[: room + 1], room) or [rest[:room]])[0]
        text_starts = len(rest) - len(rest.lstrip())
        cut = rest.rfind(" ", text_starts, len(head) + 1)
        if cut < 0 and whole_words:
            cut = rest.find(" ", len(head))
            if cut < 0:
                break
        cut = max(len(head), 1) if cut < 0 else cut
        pieces.append(start + rest[:cut].rstrip())
        rest, start = rest[cut:].lstrip(), hang
    return [*pieces, start + rest]


def split_call(line: str, width: int) -> list[str]:
    """A call that is longer than ``width``, broken between its arguments, which stay whole."""
    if cell_len(line) <= width:
        return [line]
    cuts, depth, hang = [0], 0, 4
    for match in re.finditer(_TOKEN, line):
        token = match.group()
        if token in "([{":
            depth += 1
            if depth == 1 and match.end() <= width // 3:
                hang = match.end()
        elif token in ")]}":
            depth -= 1
        elif token == "," and depth == 1:
            cuts.append(match.end())
    lines = [""]
    for start, end in pairwise([*cuts, len(line)]):
        argument = line[start:end]
        if lines[-1] and cell_len(lines[-1] + argument) > width:
            lines.append(" " * hang + argument.lstrip())
        else:
            lines[-1] += argument
    return lines


def document(title: str, right: str, markdown: str, console: Console, *, widest: int = 88) -> None:
    """Print Markdown whose first line is its title; on a terminal, laid out with ``right`` beside.

    No line is longer than ``widest``, but in a pipe, which gets the Markdown as it is.
    """
    if not console.is_terminal:
        console.out(encodable(markdown.rstrip("\n"), console.encoding), highlight=False)
        return
    page = Page(console)
    page.heading(title, right=right)
    page.gap()
    page.show()

    # Imported here: together with what they load, they take longer than a whole verdict.
    from rich.markdown import Markdown
    from rich.segment import Segment, Segments
    from rich.theme import Theme

    if markdown.startswith("# "):  # the title, which stands above already
        markdown = markdown.partition("\n")[2]
    calm = Theme({"markdown.code": "cyan", "markdown.h2": "bold", "markdown.h3": "bold"})
    options = console.options.update(width=min(console.width, widest))
    with console.use_theme(calm):
        shown = console.render(Markdown(markdown, code_theme="ansi_dark"), options)
        parts = [Segment(encodable(part.text, console.encoding), part.style) for part in shown]
        console.print(Segments(parts), end="")
