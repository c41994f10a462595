"""The family of findings about function calls: declared, made, answered, read."""

from . import response_creates, tool_calls, tool_declarations, tool_outputs, tool_silence
from .rule import Rule

RULES: tuple[type[Rule], ...] = (
    *tool_silence.RULES,
    *response_creates.RULES,
    *tool_outputs.RULES,
    *tool_calls.RULES,
    *tool_declarations.RULES,
)
