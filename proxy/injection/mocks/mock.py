"""One mock as it is written: which calls it takes, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ....recordings.filters.comparing import glob
from .answers import Answer, Function
from .function_call import FunctionCall
from .mock_rule import MockRule
from .patterns import Pattern

DEFAULT_TIME_LIMIT_S: Final = 30.0
"""A function that takes longer is given up: a conversation should not wait for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """A maker of rules: each session gets one, with its own place in the sequence."""

    name: str
    """`mock get_weather`."""
    function_name: str
    """A name, or a glob over names, as `get_*`."""
    answers: tuple[Answer, ...]
    """One a call, in order."""
    when: Pattern | str | None = None
    """What the arguments must have; a text must equal them to the letter. None: any will do."""
    gives_up_after_last: bool = False
    """After the last answer the calls are the app's; otherwise the last answer stays."""
    delay_s: float = 0.0
    """From the complete arguments to the answer."""
    is_instead: bool = True
    """The app's own output is dropped. Otherwise the mock answers only what the app has not answered
    when `delay_s` is over."""
    is_responding: bool = True
    """A `response.create` follows."""
    time_limit_s: float = DEFAULT_TIME_LIMIT_S
    """How long a function may take."""
    report: Callable[[str], None] = field(compare=False, repr=False)
    """Tells people that a function failed."""

    def make(self) -> MockRule:
        """The rule of one session."""
        return MockRule(self)

    def fits(self, call: FunctionCall) -> bool:
        """Whether a call is the mock's business.

        A pattern needs arguments that are a JSON object, and so does a function, which gets them.
        """
        if not glob(self.function_name).fullmatch(call.name):
            return False
        if isinstance(self.when, str):
            return call.arguments == self.when
        if call.fields is None:
            return self.when is None and not any(
                isinstance(each, Function) for each in self.answers
            )
        return self.when is None or self.when.fits(call.fields)
