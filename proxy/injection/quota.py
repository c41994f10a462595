"""How often something is done: not for the first few, then so many times, then never again."""


class Quota:
    """Counts occasions.

    Args:
        times: How many are taken; None: all.
        skip: How many are let by before the first.
    """

    __slots__ = ("_left", "_skip")

    def __init__(self, times: int | None = None, *, skip: int = 0) -> None:
        self._left = times
        self._skip = skip

    def take(self) -> bool:
        """Here is an occasion: whether it is to be taken."""
        if self._skip:
            self._skip -= 1
            return False
        if self._left is None:
            return True
        if not self._left:
            return False
        self._left -= 1
        return True

    @property
    def is_used_up(self) -> bool:
        """No further occasion will be taken."""
        return self._left == 0
