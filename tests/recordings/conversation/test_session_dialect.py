"""Which dialect a session is in, judged from all its events."""

import pytest
from reduced import an_event

from realtap.recordings.conversation import Seen
from realtap.recordings.conversation.session_dialect import SessionDialect
from realtap.recordings.dialects import Dialect
from realtap.recordings.event import Json, Side

GA = (Side.SERVER, {"type": "session.created", "session": {"type": "realtime"}})
BETA = (Side.SERVER, {"type": "session.created", "session": {"modalities": ["text"]}})
BETA_CLIENT = (Side.CLIENT, {"type": "session.update", "session": {"modalities": ["text"]}})
ITEM_DONE = (Side.SERVER, {"type": "conversation.item.done"})
XAI = (Side.SERVER, {"type": "ping"})
LIVE = (Side.CLIENT, {"type": "session.start"})
NEUTRAL = (Side.SERVER, {"type": "error"})


@pytest.mark.parametrize(
    ("events", "dialect"),
    [
        ([], Dialect.UNKNOWN),
        ([NEUTRAL], Dialect.UNKNOWN),
        ([GA, BETA_CLIENT], Dialect.GA),
        ([BETA_CLIENT], Dialect.BETA),
        ([BETA_CLIENT, GA], Dialect.GA),
        ([BETA, ITEM_DONE], Dialect.BETA),
        ([ITEM_DONE, BETA], Dialect.BETA),
        ([BETA, XAI, GA], Dialect.XAI),
        ([XAI, LIVE, GA], Dialect.LIVE),
    ],
)
def test_most_telling_event_decides(events: list[tuple[Side, Json]], dialect: Dialect) -> None:
    session = SessionDialect()
    for side, fields in events:
        session.receive(Seen.of(an_event(fields, side)))
    assert session.value is dialect
