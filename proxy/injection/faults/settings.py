"""What a fault can be told, and how it is read from a text or a TOML value."""

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta

type Value = str | int | float


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What one fault was told. Each field has a default, and a description for people."""


type Skipped = Annotated[int, Meta(ge=0, description="so many occasions are let by first")]


class Repeated(Settings, frozen=True, kw_only=True):
    """Of a fault that a session survives."""

    times: Annotated[int, Meta(ge=0, description="how often in a session; 0: every time")] = 1
    after: Skipped = 0


class Ending(Settings, frozen=True, kw_only=True):
    """Of a fault that ends the session. An app that connects again should find a server that works."""

    sessions: Annotated[int, Meta(ge=0, description="how many sessions it ends; 0: every one")] = 1


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a fault can be told."""

    name: str
    default: Value
    meaning: str
    choices: tuple[str, ...] = ()
    """The only values, of a parameter that has some."""
    least: float = -math.inf
    most: float = math.inf

    @property
    def expects(self) -> str:
        """What its values are, for people."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if isinstance(self.default, str):
            return "a text"
        limits = [f"at least {self.least:g}"] if math.isfinite(self.least) else []
        limits += [f"at most {self.most:g}"] if math.isfinite(self.most) else []
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} of {' and '.join(limits)}" if limits else kind

    def read(self, value: object) -> Value:
        """The value, also when it is written as a text.

        Raises:
            ValueError: It is not what is expected.
        """
        if isinstance(self.default, str):
            if not isinstance(value, str) or (self.choices and value not in self.choices):
                raise ValueError(value)
            return value
        number = self._number(value)
        if number is None or not self.least <= number <= self.most:
            raise ValueError(value)
        return number

    def _number(self, value: object) -> int | float | None:
        """The number that a value is or writes; None when it is none of the right kind."""
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            return None
        if not isinstance(self.default, int):
            return float(value) if math.isfinite(float(value)) else None
        is_whole = not isinstance(value, float) or value.is_integer()
        return int(value) if is_whole else None


def parameters_of(settings: type[Settings]) -> tuple[Parameter, ...]:
    """What a fault with these settings can be told: its own things first, then what others share."""

    holders = [each for each in settings.mro() if issubclass(each, Settings)]

    def shared_by(parameter: Parameter) -> int:
        return sum(parameter.name in each.__struct_fields__ for each in holders)

    found = [_parameter(field) for field in msgspec.structs.fields(settings)]
    return tuple(sorted(found, key=shared_by))


def written(value: Value) -> str:
    """A value as a person writes it behind `key=`."""
    if isinstance(value, str):
        is_plain = value and not any(each in ',"=' or each.isspace() for each in value)
        return value if is_plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parameter(field: msgspec.structs.FieldInfo) -> Parameter:
    annotated: Any = getattr(field.type, "__value__", field.type)
    type_, meta = get_args(annotated)
    return Parameter(
        name=field.name,
        default=field.default,
        meaning=meta.description,
        choices=get_args(type_) if get_origin(type_) is Literal else (),
        least=-math.inf if meta.ge is None else meta.ge,
        most=math.inf if meta.le is None else meta.le,
    )
