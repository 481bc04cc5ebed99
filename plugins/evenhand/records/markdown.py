"""What comes from outside, where it is shown as Markdown: as it is written, and as nothing else."""

from __future__ import annotations

import re

from evenhand.records.written import in_one_line

# What means something wherever it stands, an underscore at the edge of a word, and what begins a heading or an item.
_SIGNS = re.compile(r"[\\`*\[\]|<>~&]|(?<!\w)_|_(?!\w)|^[#+=-]|(?<=^\d)[.)](?= )|(?<=^\d\d)[.)](?= )")
# What a page makes a link of although nobody wrote one.
_LINKED = re.compile(r"://|www\.|@|mailto:|xmpp:", re.IGNORECASE)


def plain(text: object) -> str:
    """A text as Markdown that shows it on one line, letter by letter: no link, no picture, no HTML, no table's cell.

    What a page would make a link of stands between backticks, which keep it from that.
    """
    line = in_one_line(str(text))
    return code(line) if _LINKED.search(line) else _SIGNS.sub(r"\\\g<0>", line)


def code(text: object) -> str:
    """A text on one line between backticks: an id, say."""
    line = in_one_line(str(text))
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    # A bar ends a cell even there.
    inner = line.replace("|", "\\|")
    blank = " " if "`" in inner else ""
    return f"{fence}{blank}{inner}{blank}{fence}"
