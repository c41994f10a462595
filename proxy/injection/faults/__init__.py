"""Faults: what can go wrong with a Realtime session, done on purpose, so that an app can learn it.

`FAULTS` lists them; `parse_fault` reads one as people write it. What a fault makes up has the origin
`fault`, what it changes says `fault NAME`. See `docs/faults.md`.
"""

from .catalogue import FAULTS
from .kind import FaultKind, FaultMaker
from .notation import parse_fault, parse_faults
from .settings import Parameter

__all__ = ["FAULTS", "FaultKind", "FaultMaker", "Parameter", "parse_fault", "parse_faults"]
