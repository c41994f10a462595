"""Which mock has a call, in each session for itself."""

import gc

from desk import FakeDesk
from mocked import mock

from realtap.proxy.injection.mocks import claims


def test_sessions_know_nothing_of_each_others_calls() -> None:
    one, other = FakeDesk(), FakeDesk()
    rule = mock(output="x").make()
    claims.claims_in(one)["call_1"] = rule
    assert claims.claims_in(one) == {"call_1": rule}
    assert claims.claims_in(other) == {}


def test_session_that_is_gone_leaves_nothing_behind() -> None:
    desk = FakeDesk()
    before = len(claims._claims_by_desk)
    claims.claims_in(desk)["call_1"] = mock(output="x").make()
    del desk
    gc.collect()
    assert len(claims._claims_by_desk) <= before


def test_long_session_stays_small() -> None:
    desk = FakeDesk()
    rule = mock(output="x").make()
    for number in range(2000):
        claims.claims_in(desk)[f"call_{number}"] = rule
    assert len(claims.claims_in(desk)) == 1000
