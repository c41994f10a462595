"""What a run yields: figures of each side, round by round, and what is promised about them."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .peers import REALTAP_PEER


class Verdict(StrEnum):
    """Whether a promise is kept."""

    PASS = "pass"
    MISS = "MISS"
    NONE = "-"
    """Nothing is promised: the figure is there to judge the others."""


class Bound(StrEnum):
    """On which side of its limit a figure has to stay."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


class Of(StrEnum):
    """What the limit is about."""

    RATIO = "x"
    """realtap's figure divided by the peer's."""
    FIGURE = ""
    """realtap's figure itself, in its unit."""


@dataclass(frozen=True, slots=True)
class Target:
    """A promise of the design."""

    bound: Bound
    limit: float
    of: Of = Of.RATIO

    def is_met_by(self, value: float) -> bool:
        """Whether the value keeps the promise."""
        return value >= self.limit if self.bound is Bound.AT_LEAST else value <= self.limit


@dataclass(slots=True)
class Figure:
    """One thing that was measured on every side."""

    what: str
    unit: str
    targets: Mapping[str, Target] = field(default_factory=dict)
    """What is promised against each peer, by its name."""
    rounds: dict[str, list[float]] = field(default_factory=dict)
    """The values of each peer by its name, in the order of the rounds."""
    absent: dict[str, str] = field(default_factory=dict)
    """The peers without a value, and why."""
    remark: str = ""
    """What has to be known to read it."""
    has_ratios: bool = True
    """False when a quotient says nothing: of two growths near zero."""

    def add(self, name: str, value: float) -> None:
        """Note one round's value of a peer."""
        self.rounds.setdefault(name, []).append(value)


@dataclass(frozen=True, slots=True)
class Comparison:
    """realtap beside one peer: a row of the report."""

    figure: Figure
    peer: str
    realtap: float | None
    other: float | None
    ratios: tuple[float, ...]
    target: Target | None

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' ratios: what the machine did in one round hit both sides."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def verdict(self) -> Verdict:
        """Whether the target is met; a peer that did not run proves nothing."""
        if self.target is None:
            return Verdict.NONE
        value = self.ratio if self.target.of is Of.RATIO else self.realtap
        if value is None:
            return Verdict.NONE
        return Verdict.PASS if self.target.is_met_by(value) else Verdict.MISS


def comparisons(figure: Figure) -> list[Comparison]:
    """realtap beside each of the others, those without a value too."""
    ours = figure.rounds.get(REALTAP_PEER.name, [])
    names = [*figure.rounds, *figure.absent, *figure.targets]
    return [
        Comparison(
            figure=figure,
            peer=name,
            realtap=_median(ours),
            other=_median(theirs := figure.rounds.get(name, [])),
            # A side that failed half-way has fewer rounds: only whole pairs count.
            ratios=tuple(a / b for a, b in zip(ours, theirs, strict=False))
            if figure.has_ratios
            else (),
            target=figure.targets.get(name),
        )
        for name in dict.fromkeys(names)
        if name != REALTAP_PEER.name
    ]


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None
