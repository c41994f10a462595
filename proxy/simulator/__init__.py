"""A faithful Realtime server for the demo and for tests: no key, no network, no model."""

from .server import Simulator

__all__ = ["Simulator"]
