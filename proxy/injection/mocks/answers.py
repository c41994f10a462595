"""What a mock answers with: a text, a template, or what a Python function gives back."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ....recordings.event import Json
from .function_call import FunctionCall
from .output_text import output_text
from .template import Template


@dataclass(frozen=True, slots=True)
class Text:
    """Always the same."""

    text: str

    def output(self, _call: FunctionCall, _count: int) -> str:
        """The text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Filled:
    """A template, filled from the call."""

    template: Template
    values: Json
    """What the template takes besides the call's own."""

    def output(self, call: FunctionCall, count: int) -> str:
        """The template with its blanks filled."""
        arguments = call.arguments if call.fields is None else call.fields
        own = {"arguments": arguments, "name": call.name, "call_id": call.call_id, "count": count}
        return output_text(self.template.fill({**self.values, **own}))


@dataclass(frozen=True, slots=True)
class Function:
    """A user's function. It gets the arguments as a dictionary, and may take its time."""

    written: str
    """`module:function`."""
    function: Callable[[Json], object]

    def output(self, call: FunctionCall, _count: int) -> str:
        """What the function gives back: text, or anything that JSON has; also awaited.

        Raises:
            Exception: Whatever the function raises.
        """
        # Parsed anew: what the function does to its dictionary is its own affair.
        arguments = FunctionCall(call.call_id, call.name, call.arguments).fields
        try:
            result = self.function(arguments or {})
            if inspect.isawaitable(result):
                result = asyncio.run(_awaited(result))
        except SystemExit as error:
            raise RuntimeError("the function called sys.exit") from error
        return output_text(result)


type Answer = Text | Filled | Function


async def _awaited(result: Awaitable[object]) -> object:
    return await result
