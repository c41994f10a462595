"""Every mistake of the demo app explains itself."""

import pytest

from realtap.proxy.demo.mistakes import Mistake, Turn


@pytest.mark.parametrize("mistake", Mistake)
def test_each_mistake_says_what_the_app_does_and_what_to_do_instead(mistake: Mistake) -> None:
    for sentence in (mistake.does, mistake.shows, mistake.remedy):
        assert sentence[0].islower()
        assert not sentence.endswith(".")
    assert mistake.turn is None or mistake.turn in Turn


def test_mistakes_have_names_of_their_own() -> None:
    assert "no-response-create" in set(Mistake)
    assert len(set(Mistake)) == len(list(Mistake))
