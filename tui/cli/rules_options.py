"""The options by which a proxy gets mocks, faults and breakpoints from its start."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from ...proxy.door import Proxy

type Command = Callable[..., Any]


class Rules(NamedTuple):
    """What a proxy follows from its start."""

    mocks: Path | None = None
    faults: tuple[str, ...] = ()
    breakpoints: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        """The same as words of a command line."""
        words = [] if self.mocks is None else ["--mocks", str(self.mocks)]
        words += [word for each in self.faults for word in ("--fault", each)]
        return words + [word for each in self.breakpoints for word in ("--breakpoint", each)]

    def apply(self, proxy: "Proxy") -> None:
        """Put faults and breakpoints in force; a proxy takes its mocks when it is made.

        Raises:
            UsageError: One cannot be read.
        """
        from ...proxy.injection.breakpoints import DEFAULT_TIMEOUT_S

        if self.faults:
            proxy.helm.regime.set_faults(self.faults)
        if self.breakpoints:
            proxy.helm.regime.set_breakpoints(self.breakpoints, timeout_s=DEFAULT_TIMEOUT_S)


_mocks_option = click.option(
    "--mocks",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Answer function calls as this file says; it is read again when it changes.",
)
_fault_option = click.option(
    "--fault",
    "faults",
    metavar="NAME[:KEY=VALUE,…]",
    multiple=True,
    help="Break something on purpose, `realtap faults` lists what; repeatable.",
)
_breakpoint_option = click.option(
    "--breakpoint",
    "breakpoints",
    metavar="FILTER",
    multiple=True,
    help="Hold the messages that fit until a person has looked at them; repeatable.",
)


def rules_options(command: Command) -> Command:
    """`--mocks`, `--fault` and `--breakpoint`, which the command gets as `rules`."""

    @wraps(command)
    def with_rules(
        *arguments: object,
        mocks: Path | None,
        faults: tuple[str, ...],
        breakpoints: tuple[str, ...],
        **options: object,
    ) -> object:
        return command(*arguments, rules=Rules(mocks, faults, breakpoints), **options)

    return _mocks_option(_fault_option(_breakpoint_option(with_rules)))
