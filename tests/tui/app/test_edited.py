"""A message that was changed on its way, beside what went out."""

from realtap.recordings.event import Event, Fate, Side
from realtap.recordings.fields import field_tree
from realtap.tui.app.details import verbatim_lines
from realtap.tui.app.edited import SENT, with_sent
from realtap.tui.app.ink import text_of_spans

CAME = Event(1, 0.0, Side.CLIENT, "response.create", b'{"type":"response.create"}')
WENT = b'{"type":"response.create","response":{"instructions":"Say hi."}}'
EDITED = Event(
    1, 0.0, Side.CLIENT, "response.create", CAME.payload, fate=Fate.EDITED, sent=WENT, why="by hand"
)


def test_fields_of_both_are_told_each_at_its_own_path() -> None:
    fields = {each.path: each for each in with_sent(field_tree(EDITED), EDITED).walk()}
    assert fields["sent: "].name == SENT
    assert fields["sent: "].shown == "by hand"
    assert fields["sent: response.instructions"].value == "Say hi."
    assert fields["type"].value == "response.create"


def test_json_of_both_is_told_below_each_other() -> None:
    lines = [text_of_spans(each.spans).strip() for each in verbatim_lines(EDITED, 80)]
    assert lines[:2] == ["as it came", CAME.payload.decode()]
    assert lines[3:] == ["as it went out  by hand", WENT.decode()]


def test_message_that_nobody_changed_is_told_alone() -> None:
    tree = field_tree(CAME)
    assert with_sent(tree, CAME) is tree
    assert len(verbatim_lines(CAME, 80)) == 1
