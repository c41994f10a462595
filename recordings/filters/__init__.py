"""The filter language: `--where` of `realtap show`, and `f` in the terminal interface.

Terms beside each other must all hold: `type:response.* from:server item.name=get_weather at>12.5
-type:*.delta "free text"`. See `docs/filters.md`.
"""

from .candidate import Candidate
from .error import FilterError
from .filter import Filter, parse_filter

__all__ = ["Candidate", "Filter", "FilterError", "parse_filter"]
