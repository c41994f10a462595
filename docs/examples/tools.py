"""A tool for docs/examples/mocks.toml."""

from typing import Any

MILES_PER_KM = 0.621371


def convert(arguments: dict[str, Any]) -> dict[str, float]:
    """Kilometres as miles; a text that is no number raises, and the model is told so."""
    return {"miles": round(float(arguments["km"]) * MILES_PER_KM, 1)}
