"""A kind of fault: what happens, what it can be told, what an app should do; and a fault as written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ....recordings.errors import UsageError
from ..quota import Quota
from ..rule import Rule
from ..tables import nearest
from .settings import Ending, Parameter, Settings, Value, parameters_of, written


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One way to break a session."""

    name: str
    """`response-failed`."""
    summary: str
    """What happens, in a sentence."""
    app_should: str
    """What an app should do about it, in a sentence."""
    settings: type[Settings] = field(repr=False)
    rule: Callable[[str, Any, Quota], Rule] = field(repr=False)
    """Makes the fault of a session, from its name, its settings and the count of sessions."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it can be told, with defaults."""
        return parameters_of(self.settings)

    @property
    def example(self) -> str:
        """As a person writes it with all its values, those by default."""
        told = [f"{each.name}={written(each.default)}" for each in self.parameters]
        return f"{self.name}:{','.join(told)}" if told else self.name

    @property
    def page(self) -> str:
        """Where the documentation tells more."""
        return f"docs/faults.md#{self.name}"

    def maker(self, values: Mapping[str, object]) -> "FaultMaker":
        """A fault that was told these values.

        Raises:
            UsageError: It has no such parameter, or takes no such value.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        told = {name: self._read(known, name, value) for name, value in values.items()}
        try:
            maker = FaultMaker(self, self.settings(**told))
            # A moment that there is not, is noticed now and not in the first session.
            maker.make()
        except (ValueError, UsageError) as error:
            raise UsageError(f"fault {self.name}: {error}") from None
        return maker

    def _read(self, known: Mapping[str, Parameter], name: str, value: object) -> Value:
        if name not in known:
            raise UsageError(
                f"fault {self.name} has no parameter {name!r}; {nearest(name, list(known))}"
            )
        try:
            return known[name].read(value)
        except ValueError:
            parameter = known[name]
            raise UsageError(
                f"fault {self.name}: {name} is {value!r}; expected {parameter.expects}, "
                f"{parameter.meaning}"
            ) from None


@dataclass(frozen=True, slots=True)
class FaultMaker:
    """A fault as it was written. Two that say the same are equal."""

    kind: FaultKind
    settings: Settings
    _sessions: Quota = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        limit = self.settings.sessions if isinstance(self.settings, Ending) else 0
        object.__setattr__(self, "_sessions", Quota(limit or None))

    @property
    def name(self) -> str:
        """`fault cut`: the reason that stands in a recording."""
        return f"fault {self.kind.name}"

    @property
    def text(self) -> str:
        """As a person writes it: `cut:when=any,after=3`. What is as it is by default is left out."""
        told = [
            f"{each.name}={written(getattr(self.settings, each.name))}"
            for each in self.kind.parameters
            if getattr(self.settings, each.name) != each.default
        ]
        return f"{self.kind.name}:{','.join(told)}" if told else self.kind.name

    def make(self) -> Rule:
        """The fault of one session."""
        return self.kind.rule(self.name, self.settings, self._sessions)
