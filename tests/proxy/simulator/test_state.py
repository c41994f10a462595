"""What the parts of a session share."""

from dialogue import Dialogue, error_of

from realtap.proxy.simulator.conversation import Item


def test_announced_item_is_added_and_done() -> None:
    dialogue = Dialogue()
    state = dialogue.session._state
    state.announce(Item("a", "message", {"role": "system", "content": []}))
    added, done = dialogue.wait(0)
    assert (added["type"], done["type"]) == ("conversation.item.added", "conversation.item.done")
    assert state.conversation.get("a") is not None


def test_expiring_names_the_duration() -> None:
    dialogue = Dialogue(max_duration_s=3_600)
    dialogue.session._state.expire()
    assert "60 minutes" in error_of(dialogue.wait(0))["message"]
