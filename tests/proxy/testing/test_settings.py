import pytest

from realtap.proxy.testing.settings import Mode, SettingError, settings_from


def test_without_anything_nothing_is_recorded() -> None:
    settings = settings_from(None, {})
    assert (settings.mode, settings.level, settings.speed) == (Mode.NONE, "shape", 0.0)


def test_the_command_line_beats_the_marker_and_the_marker_the_ini_file() -> None:
    chosen = {"level": "type", "patience": 1.0, "pace": "2", "command_line": {"level": "exact"}}
    settings = settings_from((("a.jsonl",), {"level": "shape", "patience": 3.0}), chosen)
    assert (settings.level, settings.patience, settings.speed) == ("exact", 3.0, 2.0)
    assert settings.recordings == ("a.jsonl",)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"mode": "sometimes"}, "mode is 'sometimes'; expected one of none, once, new, all"),
        ({"level": "loose"}, "level is 'loose'; expected one of type, shape, exact"),
        ({"fail_on": "anything"}, "expected one of never, error, warning, info"),
        ({"ignore": "session"}, "ignore is a list of paths"),
        ({"pace": "-1"}, "pace is '-1'; expected instant, recorded, or a number"),
        ({"pace": "nan"}, "pace is 'nan'"),
        ({"patience": 0}, "patience is 0; expected seconds"),
        ({"patience": "long"}, "patience is 'long'; expected seconds"),
        ({"levle": "type"}, "has no 'levle'; did you mean 'level'"),
        ({"x": 1}, "has no 'x'; it has mode, upstream"),
    ],
)
def test_what_cannot_be_taken_is_told(options: dict[str, object], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        settings_from(((), options), {})


@pytest.mark.parametrize(("pace", "speed"), [("instant", 0.0), ("recorded", 1.0), (4, 4.0)])
def test_a_pace_is_a_word_or_a_number(pace: object, speed: float) -> None:
    assert settings_from(((), {"pace": pace}), {}).speed == speed
