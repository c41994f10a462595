"""How sides are compared: they run side by side and take turns, round by round.

The machine is rarely quiet. What it does in the meantime hits all sides of a round alike, so a
round's ratio says more than the ratio of two figures from different minutes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from websockets.exceptions import WebSocketException

from .events import SHORT_BYTES
from .figures import Figure
from .peers import REALTAP_PEER, Fleet, Peer, Running, fleet

FAILURES = (OSError, TimeoutError, WebSocketException, ExceptionGroup)
"""What a relay that breaks looks like to its client; the others are measured on without it."""

LEAST_MESSAGES = 100
"""Fewer in a round say nothing."""

LEAST_RECORDED_BYTES = LEAST_MESSAGES * SHORT_BYTES
"""A recording of a round holds more than this."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is run."""

    rounds: int
    scale: float
    """The part of the messages of a whole run."""
    soak_bytes: int
    """What goes through one session while its memory is watched."""
    starts: int
    """How often each command is started."""

    def messages(self, whole: int, peer: Peer) -> int:
        """The messages of one round of a peer."""
        return max(LEAST_MESSAGES, int(whole * self.scale * peer.share))


@dataclass(frozen=True, slots=True)
class Bench:
    """What every measurement is given."""

    effort: Effort
    recordings: Path
    """Where realtap records; emptied after every round."""
    say: Callable[[str], None]
    """Takes a line about the progress."""


type Trial = Callable[[Running], Mapping[str, float]]
"""One round of one peer: a value for each figure, by the figure's key."""


def take_turns(
    bench: Bench,
    trial: Trial,
    figures: Mapping[str, Figure],
    *,
    server: str,
    peers: Sequence[Peer],
) -> None:
    """Fill the figures with as many rounds of every peer as the effort asks for."""
    with fleet(peers, server=server, recordings=bench.recordings) as running:
        rounds = bench.effort.rounds
        for number in range(rounds):
            what = next(iter(figures.values())).what
            bench.say(f"{what}: round {number + 1} of {rounds}")
            # Another side begins each round: none is always the one after the slowest.
            shift = number % max(1, len(running.running))
            for side in running.running[shift:] + running.running[:shift]:
                _run(running, side, trial, figures)
        for figure in figures.values():
            figure.absent.update(running.absent)


def _run(running: Fleet, side: Running, trial: Trial, figures: Mapping[str, Figure]) -> None:
    try:
        values = trial(side)
    except FAILURES as error:
        running.drop(side.peer, f"{type(error).__name__}: {error}")
        return
    if running.forget_recordings() < LEAST_RECORDED_BYTES and side.peer.name == REALTAP_PEER.name:
        # Compared with relays that record nothing, it would be quick for the wrong reason.
        running.drop(side.peer, "it recorded nothing")
        return
    for key, value in values.items():
        figures[key].add(side.peer.name, value)
