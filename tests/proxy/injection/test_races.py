"""Random sessions: whatever happens at the same moment, ours never does harm."""

import pytest
from races import Race

CHUNK = 100


@pytest.mark.parametrize("first", range(0, 1_000, CHUNK))
def test_injection_stays_in_time_whatever_happens_at_the_same_moment(first: int) -> None:
    for seed in range(first, first + CHUNK):
        race = Race(seed).run()
        assert not race.refused_injections(), seed
        assert not race.unexpected_errors(), seed
        assert not race.talked_over(), seed
        assert not race.double_outputs(), seed
        assert not race.lost(), seed
        assert not race.unanswered(), seed
        assert not race.needless(), seed
        assert not race.wire.faults, seed
