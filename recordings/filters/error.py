"""What is wrong with a filter, and where."""

import unicodedata

from ..errors import UsageError
from ..plain import safe


class FilterError(UsageError):
    """Raised when a filter cannot be read.

    Its text has the filter on a line of its own, and a caret under the character that is wrong.

    Attributes:
        message: What is wrong.
        text: The filter.
        position: Where, in characters from the filter's start.
        hint: What could be written instead; may be empty.
    """

    def __init__(self, message: str, *, text: str, position: int, hint: str = "") -> None:
        self.message = safe(message)
        self.text = text
        self.position = min(position, len(text))
        self.hint = safe(hint)
        told = f"the filter cannot be read: {self.message}\n{self.pointer()}"
        super().__init__(f"{told}\n  {self.hint}" if hint else told)

    def pointer(self) -> str:
        """Two lines: the filter, and the caret below it."""
        columns = sum(_columns(each) for each in safe(self.text[: self.position]))
        return f"  {safe(self.text)}\n  {' ' * columns}^"


def _columns(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
