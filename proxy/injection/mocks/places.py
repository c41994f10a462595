"""Where the tables and keys of a TOML text stand: `tomllib` tells values, never their lines.

The text is scanned only for its outline, and only after `tomllib` took it, so what is no TOML need not
be noticed here.
"""

import re
from collections.abc import Iterator

type KeyPath = tuple[str, ...]
"""Names from a table down to a key: `("when", "city")`."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
_HEADER = re.compile(rf"(?P<opening>\[\[?)[ \t]*(?P<keys>{_KEYS})[ \t]*\]\]?")
_ASSIGNMENT = re.compile(rf"(?P<keys>{_KEYS})[ \t]*=")
_ONE_KEY = re.compile(_KEY)
_TOKEN = re.compile(
    r'''"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}'''
    r"""|'{3}[\s\S]*?'{3,5}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*"""
    r"""|[\[{]|[\]}]|\n|[^"'\#\[\]{}\n]+|["'\#]"""
)


class Places:
    """The lines of one text, counted from 1."""

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[str, int, KeyPath], int] = {}
        self._count: dict[str, int] = {}
        """Tables of each kind so far."""
        self._order: list[tuple[str, int]] = []
        kind = ""
        below: KeyPath = ()
        for keys, line, is_header, begins_table in _outline(text):
            if not is_header:
                self._put(kind or keys[0], below + (keys if kind else keys[1:]), line)
                continue
            kind, below = keys[0], keys[1:]
            if begins_table and not below:
                self._begin(kind, line)
            else:
                self._put(kind, below, line)

    def line_of(self, kind: str, index: int, *keys: str) -> int:
        """Where a key of the table stands; where it is not written, the nearest that it is in.

        Args:
            kind: The name in the table's header: `mock` in `[[mock]]`.
            index: Which of the tables with that header, from 0.
            keys: From the table down; none asks for the header.
        """
        for length in range(len(keys), -1, -1):
            for table in (index, 0):
                line = self._lines.get((kind, table, keys[:length]))
                if line is not None:
                    return line
        return 1

    def _begin(self, kind: str, line: int) -> None:
        index = self._count.get(kind, 0)
        self._count[kind] = index + 1
        self._lines[kind, index, ()] = line

    def _put(self, kind: str, keys: KeyPath, line: int) -> None:
        index = max(self._count.get(kind, 0) - 1, 0)
        for length in range(len(keys) + 1):
            # `[mock.when]` is where both `when` and, for want of a better one, what is in it stand.
            self._lines.setdefault((kind, index, keys[:length]), line)


def _outline(text: str) -> Iterator[tuple[KeyPath, int, bool, bool]]:
    """Each header and each key at the beginning of a line: its names, its line, and what it is."""
    position, line, counted = 0, 1, 0
    while position < len(text):
        if blank := _BLANK.match(text, position):
            position = blank.end()
            continue
        line, counted = line + text.count("\n", counted, position), position
        if header := _HEADER.match(text, position):
            yield _names(header["keys"]), line, True, header["opening"] == "[["
            position = header.end()
        elif key := _ASSIGNMENT.match(text, position):
            yield _names(key["keys"]), line, False, False
            position = _end_of_value(text, key.end())
        else:
            position += 1


def _end_of_value(text: str, position: int) -> int:
    """Behind the line's end that ends a value: not one within brackets or a long string."""
    depth = 0
    while token := _TOKEN.match(text, position):
        position = token.end()
        match token[0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case "\n" if depth <= 0:
                break
    return position


def _names(keys: str) -> KeyPath:
    return tuple(each[1:-1] if each[0] in "\"'" else each for each in _ONE_KEY.findall(keys))
