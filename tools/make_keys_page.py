"""Makes `docs/keys.md`, the page of every key, from the interface's one table of keys.

.venv/bin/python -m tools.make_keys_page           # writes the page
.venv/bin/python -m tools.make_keys_page --check   # says whether it would change, and changes nothing
"""

import re
import sys
from pathlib import Path

from realtap.tui.app.keys import KEYS, Key

PAGE = Path(__file__).parents[1] / "docs" / "keys.md"

HEAD = """\
# Keys

What each key of the interface (`realtap browse`, `realtap demo`, `realtap proxy`, `realtap attach`) does,
and what does the same without it: in a script, with a screen reader, for an agent. `?` shows these
tables in the interface, and `ctrl+p` finds every action by its name. The mouse works too: click a line,
a tab or a key in the bottom line, and turn the wheel to scroll.

In the commands `ID` is a recording: a path, an id, the beginning of an id, or `last`. Filters are
explained in [filters.md](filters.md).

This page is made by `tools/make_keys_page.py`.
"""

NOTHING = "-"
"""Told of a key that only moves within the interface."""

UNSEEN = {" ": "space", "`": "backtick"}
"""Keys that code in Markdown cannot show."""


def build() -> str:
    """The text of the page."""
    parts = [HEAD]
    for place, keys in KEYS.items():
        parts.append(f"\n## {place}\n\n| key | name | what it does | without the interface |")
        parts.append("\n|---|---|---|---|\n")
        parts += [
            f"| {_keys(key)} | {key.label} | {key.sentence} | {_twin(key)} |\n" for key in keys
        ]
    return "".join(parts)


def _keys(key: Key) -> str:
    return " ".join(_code(UNSEEN.get(each, each)) for each in key.display.split(" "))


def _twin(key: Key) -> str:
    return _code(key.twin) if key.twin else NOTHING


def _code(text: str) -> str:
    # A bar ends a cell, also inside code.
    return "`" + re.sub(r"\|", r"\\|", text) + "`"


def main() -> None:
    """Write the page, or compare it."""
    made = build()
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(made, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
        sys.exit(
            f"{PAGE.name} is not what the table of keys makes: run python -m tools.make_keys_page"
        )


if __name__ == "__main__":
    main()
