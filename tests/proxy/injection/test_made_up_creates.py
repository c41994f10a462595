"""Whose a `response.create` is."""

from realtap.proxy.injection.made_up_creates import Creates


def test_create_after_an_output_is_for_the_made_up_call() -> None:
    creates: Creates[str] = Creates()
    creates.receive_made_up_output("a")
    assert creates.take(1.0) == ["a"]
    assert creates.take(1.1) == []


def test_one_create_is_for_all_outputs_before_it() -> None:
    creates: Creates[str] = Creates()
    creates.receive_made_up_output("a")
    creates.receive_made_up_output("b")
    assert creates.take(1.0) == ["a", "b"]


def test_app_may_send_one_create_for_each_output() -> None:
    creates: Creates[str] = Creates()
    creates.receive_made_up_output("a")
    creates.receive_made_up_output("b")
    creates.take(1.0)
    assert creates.take(1.5) == ["b"]
    assert creates.take(1.6) == []


def test_create_long_after_the_first_is_the_servers() -> None:
    creates: Creates[str] = Creates()
    creates.receive_made_up_output("a")
    creates.receive_made_up_output("b")
    creates.take(1.0)
    assert creates.take(10.0) == []


def test_create_after_a_real_turn_is_the_servers() -> None:
    creates: Creates[str] = Creates()
    creates.receive_real_turn()
    creates.receive_made_up_output("a")
    assert creates.take(1.0) == []
    assert creates.take(1.1) == []


def test_real_turn_that_was_answered_meanwhile_does_not_count() -> None:
    creates: Creates[str] = Creates()
    creates.receive_made_up_output("a")
    creates.receive_real_turn()
    creates.receive_real_response()
    assert creates.take(1.0) == ["a"]
