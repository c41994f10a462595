"""The page `docs/keys.md`, made from the table of keys."""

from .keys import KEYS

_HEAD = """# Keys of the terminal interface

Made from the table in `tui/app/keys.py`. Each action has a twin without the interface: for scripts,
for screen readers, for agents. `?` shows this page, `ctrl+p` finds any action by its name.
"""


def keys_page() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    for place, keys in KEYS.items():
        parts.append(f"\n## {place}\n\n| key | does | without the interface |\n|---|---|---|\n")
        parts += [
            f"| {_code(key.display)} | {key.sentence} | {_code(key.twin)} |\n" for key in keys
        ]
    return "".join(parts)


def _code(text: str) -> str:
    """As code in a table's cell; nothing for nothing."""
    return f"`{text}`".replace("|", "\\|") if text else ""
