"""The screens as plain text, as people see them; `REALTAP_UPDATE_SNAPSHOTS=1` writes them anew.

One run of the app goes through all screens of one size: the recording is opened anew for each. The
screens that steer a live session are seen in one run at all sizes.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from driven_app import DrivenApp, driven
from live import MakeProxy
from steering_app import Steered, steering

from realtap.proxy.control.methods import FaultsSet, MocksSet
from realtap.recordings.labels import Label, write_label
from realtap.tui.app.control import Link
from realtap.tui.app.screens import steering as steering_module
from realtap.tui.app.screens.inject_form import Form
from realtap.tui.app.screens.one_key import OneKey
from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.wording import offset

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}

SESSION: dict[str, Sequence[str]] = {
    "list": ["f", *"type:*item.done", "enter"],
    "ladder": ["2", "/", *"paris", "enter", "g", "n"],
    "dialogue": ["3"],
    "calls": ["4", "j"],
    "timeline": ["5", "]"],
    "json": ["]", "."],
    "reference": ["]", ".", "."],
    "related": ["]", ".", ".", "."],
    "findings": ["]", ","],
    "all-findings": ["!", "j"],
    "zoomed": ["]", "enter", "\\"],
    "unfolded": ["j", "m", "a", "t", "z", "G"],
    "no-hits": ["f", *"x=1", "enter"],
    "filter": ["f", *"type:resp"],
    "wrong-filter": ["f", *"from:me"],
    "copy": ["]", "]", "]", "y"],
    "help": ["?"],
}
"""What is pressed in a session to come to each screen."""
LIST: dict[str, Sequence[str]] = {
    "sessions": [],
    "sessions-search": ["/", *"weather"],
    "sessions-name": ["n"],
    "sessions-note": ["N"],
    "sessions-delete": ["x"],
    "sessions-help": ["?"],
}
"""What is pressed in the list of sessions."""

UNSENDABLE = '{"type": "session.updat", "session": {"type": "realtime"}}'
MOCK = '[[mock]]\ncall = "get_weather"\noutput = "sunny"\n'
WAITS_S = 12.0
"""So long a message waits at a breakpoint, whenever somebody looks."""
OWN_ID = re.compile(r"(?<=_realtap_)[0-9a-f]+")
"""What is not the same in every run."""

type Compare = Callable[[str, str], None]
type See = Callable[[str], Awaitable[None]]


async def look_at_all(app: DrivenApp, tour: Path, see: Callable[[str], None]) -> None:
    """Go to every screen."""
    for name, keys in LIST.items():
        await app.press(*keys)
        see(name)
        if keys:
            await app.press("escape")
    for name, keys in SESSION.items():
        app.app.open_session(tour)
        await app.settle()
        await app.press(*keys)
        # What is said in passing covers what is tested.
        app.app.clear_notifications()
        await app.settle()
        see(name)
        while not isinstance(app.app.screen, SessionScreen):
            await app.press("escape")
        app.app.leave_session()
        await app.settle()


def colours(app: DrivenApp) -> set[str]:
    """The hues on the screen; greys are none."""
    found = set()
    for strip in app.app.screen._compositor.render_strips():
        for segment in strip:
            colour = segment.style.color if segment.style else None
            triplet = colour.get_truecolor() if colour is not None else None
            if triplet is not None and len(set(triplet)) > 1:
                found.add(triplet.hex)
    return found


@pytest.fixture
def named(tour: Path) -> Path:
    """The tour, with a name and a note."""
    write_label(tour, Label.NAME, "weather in Rome", at=20.0)
    write_label(tour, Label.NOTE, "the second call has no answer", at=20.0)
    return tour


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_is_as_it_was(named: Path, compare: Compare, size: str) -> None:
    async with driven(named, opens=False, size=SIZES[size]) as app:

        def see(name: str) -> None:
            compare(f"{name}-{size}", app.text)
            assert len(colours(app)) > 2, name

        await look_at_all(app, named, see)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_says_the_same_without_colour(
    named: Path, compare: Compare, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driven(named, opens=False, size=SIZES[size]) as app:
        assert app.app.no_color

        def see(name: str) -> None:
            compare(f"{name}-{size}", app.text)
            assert not colours(app), name

        await look_at_all(app, named, see)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_every_screen_can_be_drawn_with_ascii(
    named: Path, compare: Compare, size: str
) -> None:
    async with driven(named, opens=False, size=SIZES[size], is_ascii=True) as app:

        def see(name: str) -> None:
            foreign = {character for character in app.text if not character.isascii()}
            assert not foreign, name
            if size == "80x24":
                compare(f"ascii/{name}-{size}", app.text)

        await look_at_all(app, named, see)


@pytest.mark.parametrize("size", SIZES)
async def test_screen_without_sessions(compare: Compare, size: str) -> None:
    async with driven(size=SIZES[size]) as app:
        compare(f"welcome-{size}", app.text)


# The screens that steer a live session.


async def steer_with_all(scene: Steered, see: See) -> None:
    """Go to every form and list that steers, as a person who answers, sends, holds and breaks things."""
    await bring_up_calls(scene, see)
    await look_at_forms(scene, see)
    await look_at_answers(scene, see)
    await look_at_held(scene, see)
    await look_at_rules(scene, see)


async def bring_up_calls(scene: Steered, see: See) -> None:
    """Two calls wait for an answer."""
    await scene.ui.press("b")
    await see("held-nothing")
    await scene.ui.press("escape")
    await scene.app.call_weather()
    await scene.app.write("What is the weather in Rome?")
    await scene.app.hear("response.done")
    await scene.look()


async def look_at_forms(scene: Steered, see: See) -> None:
    for name, keys in (
        ("send", ["I"]),
        ("send-response", ["I", "r"]),
        ("send-call", ["I", "c"]),
        ("send-types", ["I", "e"]),
        ("send-nothing-found", ["I", "e", *"xy"]),
        ("send-event", ["I", "e", "enter"]),
    ):
        while not scene.ui.is_at(SessionScreen):
            await scene.ui.press("escape")
        await scene.ui.press(*keys)
        await see(name)
    await write(scene, UNSENDABLE)
    await see("send-refused")
    await scene.ui.press("escape")
    assert scene.ui.is_at(OneKey)
    await see("send-leave")
    await scene.ui.press("y")


async def look_at_answers(scene: Steered, see: See) -> None:
    await scene.ui.press("i")
    await see("answer-which")
    await scene.ui.press("down", "enter")
    await write(scene, '{"celsius": 21}')
    await see("answer")
    await scene.ui.press("ctrl+s")
    await scene.app.hear("response.done")


async def look_at_held(scene: Steered, see: See) -> None:
    await scene.ui.press("b", "a", *"from:client")
    await see("held-breakpoint")
    await scene.ui.press("enter")
    await scene.until(lambda: bool(scene.held.filters))
    await scene.app.say("response.create", response={"instructions": "Answer in one sentence."})
    await scene.holding("response.create")
    await see("held")
    await scene.ui.press("e")
    await see("held-edit")
    await scene.ui.press("escape", "r", "escape")
    await scene.app.hear("response.done")


async def look_at_rules(scene: Steered, see: See) -> None:
    await scene.ui.press("R")
    await see("rules")
    await scene.ui.press("escape")
    file = Path.cwd() / "mocks.toml"
    file.write_text(MOCK)
    await scene.scene.control.ask(MocksSet(path=str(file)))
    file.write_text("[[mock]]\nanswer = 1\n")
    scene.scene.proxy.helm.regime.look()
    await scene.scene.control.ask(FaultsSet(faults=["rate-limit:times=3"]))
    await scene.ui.press("R", "j", "j")
    await see("rules-on")
    await scene.ui.press("p")
    await see("rules-values")


async def write(scene: Steered, text: str) -> None:
    """Replace what stands in a form."""
    form = scene.ui.app.screen
    assert isinstance(form, Form)
    form.editor.text = text
    await scene.ui.settle()


async def see_at_sizes(
    ui: DrivenApp, sizes: Sequence[str], look: Callable[[str], None], name: str
) -> None:
    """Look at what lies on top at some sizes, at the smallest last: keys are quickest there."""
    # What is said in passing covers what is tested.
    ui.app.clear_notifications()
    for size in reversed(sizes):
        await ui.resize(*SIZES[size])
        look(f"steering/{name}-{size}")


def on_top(ui: DrivenApp) -> str:
    """The screen without what a dialog lies upon, and without what differs from run to run."""
    [box] = ui.app.screen.children
    left, top, width, height = box.region
    lines = [
        " " * left + line.ljust(left + width)[left : left + width]
        for line in ui.lines[top : top + height]
    ]
    text = "\n" * top + "\n".join(line.rstrip() for line in lines)
    return OWN_ID.sub(lambda found: "0" * len(found[0]), text)


@pytest.fixture
def _as_in_every_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The proxy's note is found by nobody else, the person's folder has a short name, and no time goes by."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))

    def now_s(link: Link) -> float:
        return max((each.since_s for each in link.session.held), default=0.0) + WAITS_S

    monkeypatch.setattr(Link, "now_s", property(now_s))
    monkeypatch.setattr(steering_module, "offset", lambda _since_s: offset(1.0))


@pytest.mark.slow
@pytest.mark.usefixtures("_as_in_every_run")
async def test_every_screen_that_steers_is_as_it_was(
    make_proxy: MakeProxy, compare: Compare
) -> None:
    async with steering(make_proxy, size=SIZES["80x24"]) as scene:

        def look(name: str) -> None:
            compare(name, on_top(scene.ui))
            # Which hues there are does not depend on the size: the smallest screen is drawn quickest.
            assert not name.endswith("80x24") or len(colours(scene.ui)) > 2, name

        await steer_with_all(scene, partial(see_at_sizes, scene.ui, list(SIZES), look))


@pytest.mark.slow
@pytest.mark.usefixtures("_as_in_every_run")
async def test_every_screen_that_steers_says_the_same_without_colour(
    make_proxy: MakeProxy, compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with steering(make_proxy, size=SIZES["80x24"]) as scene:

        def look(name: str) -> None:
            compare(name, on_top(scene.ui))
            assert not name.endswith("80x24") or not colours(scene.ui), name

        await steer_with_all(scene, partial(see_at_sizes, scene.ui, list(SIZES), look))


@pytest.mark.slow
@pytest.mark.usefixtures("_as_in_every_run")
async def test_every_screen_that_steers_can_be_drawn_with_ascii(
    make_proxy: MakeProxy, compare: Compare
) -> None:
    async with steering(make_proxy, size=SIZES["80x24"], is_ascii=True) as scene:

        def look(name: str) -> None:
            assert scene.ui.text.isascii(), name
            compare(f"ascii/{name}", on_top(scene.ui))

        await steer_with_all(scene, partial(see_at_sizes, scene.ui, ["80x24"], look))
