"""Mocks: functions that are answered by the proxy, as a file says, with no change in the app.

`MocksFile` is the file; each of its tables becomes a maker of rules for the rulebook.
"""

from .mocks_file import MocksFile
from .reading import Reading, read_mocks

__all__ = ["MocksFile", "Reading", "read_mocks"]
