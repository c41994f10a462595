"""The report: a Markdown table for the README, or JSON Lines for machines."""

import json
import os
import platform
from collections.abc import Iterable, Iterator, Sequence

from .figures import Comparison, Figure, Of, Target, comparisons
from .peers import REALTAP_PEER, versions

HEAD = ("what", "unit", "realtap", "against", "its figure", "ratio (rounds)", "target", "")


def facts() -> dict[str, str]:
    """The machine and the versions that the figures belong to."""
    return {
        "cores": str(
            os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()
        ),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **versions(),
    }


def markdown(figures: Sequence[Figure], seconds: float) -> str:
    """The table, what it was measured on, and who could not be measured."""
    rows = [HEAD, tuple("-" * max(3, len(name)) for name in HEAD), *_rows(figures)]
    machine = ", ".join(f"{name} {value}" for name, value in facts().items())
    return "\n".join(
        [
            *(f"| {' | '.join(cells)} |" for cells in rows),
            "",
            f"Measured in {seconds:.0f} s on: {machine}.",
            *_remarks(figures),
        ]
    )


def json_lines(figures: Sequence[Figure], seconds: float) -> str:
    """One line for the machine, then one a comparison, with the values of every round."""
    values = [
        {"machine": facts(), "seconds": round(seconds, 1)},
        *(_object(each) for figure in figures for each in comparisons(figure)),
    ]
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values)


def _rows(figures: Iterable[Figure]) -> Iterator[tuple[str, ...]]:
    for figure in figures:
        what, unit = figure.what, figure.unit
        for each in comparisons(figure):
            yield (
                what,
                unit,
                _number(each.realtap),
                each.peer,
                _number(each.other),
                _ratio(each),
                _target(each.target, figure.unit),
                str(each.verdict),
            )
            # A figure is named once; the rows below it are the same one against the next peer.
            what = unit = ""


def _ratio(comparison: Comparison) -> str:
    if comparison.ratio is None:
        return "-"
    low, high = min(comparison.ratios), max(comparison.ratios)
    return f"{_number(comparison.ratio)} ({_number(low)} to {_number(high)})"


def _target(target: Target | None, unit: str) -> str:
    if target is None:
        return "-"
    return f"{target.bound} {target.limit:g} {'x' if target.of is Of.RATIO else unit}"


def _number(value: float | None) -> str:
    """Three digits say all that a shared machine can know."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _remarks(figures: Sequence[Figure]) -> Iterator[str]:
    yield ""
    yield (
        f"A ratio is {REALTAP_PEER.name}'s figure divided by the other's, the median of the rounds; "
        "the lowest and the highest round stand behind it."
    )
    absent = {(name, why) for figure in figures for name, why in figure.absent.items()}
    yield from (f"Without figures: {name}: {why.rstrip('.')}." for name, why in sorted(absent))
    yield from (f"{figure.what}: {figure.remark}." for figure in figures if figure.remark)


def _object(comparison: Comparison) -> dict[str, object]:
    figure, target = comparison.figure, comparison.target
    return {
        "what": figure.what,
        "unit": figure.unit,
        "against": comparison.peer,
        "realtap": comparison.realtap,
        "other": comparison.other,
        "ratio": comparison.ratio,
        "ratios": comparison.ratios,
        "target": None if target is None else _target(target, figure.unit),
        "verdict": comparison.verdict.name.lower(),
        "absent": figure.absent.get(comparison.peer),
        "rounds": {
            name: figure.rounds.get(name, []) for name in (REALTAP_PEER.name, comparison.peer)
        },
    }
