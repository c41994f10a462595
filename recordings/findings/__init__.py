"""What is wrong in a session, said in sentences: the rules, by family.

Adding a family is one line here; adding a rule is its class in the family's `RULES`, a page
`docs/findings/<slug>.md`, and its tests. `engine.Judge` puts the rules to work.
"""

from functools import cache
from importlib import import_module

from .rule import Rule

FAMILIES = (
    "tools",
    "responses",
    "errors",
    "session",
    "client_events",
    "input_audio",
    "interruption",
    "items",
    "lifecycle",
    "conformance",
    "mcp",
    "retries",
)
"""The modules of this package that hold rules, in the order in which their findings are told."""


@cache
def rules() -> tuple[type[Rule], ...]:
    """The classes of all rules, family by family."""
    families = (import_module(f"{__name__}.{name}") for name in FAMILIES)
    return tuple(rule for family in families for rule in family.RULES)
