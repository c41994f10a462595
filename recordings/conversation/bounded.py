"""A dictionary that forgets its oldest entries, so that a long session stays small."""

from collections import OrderedDict
from collections.abc import Hashable


class BoundedDict[Key: Hashable, Value](OrderedDict[Key, Value]):
    """Keeps the `limit` latest keys; None keeps all. Setting a known key again does not renew it."""

    def __init__(self, limit: int | None) -> None:
        super().__init__()
        self._limit = limit

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        if self._limit is not None and len(self) > self._limit:
            self.popitem(last=False)
