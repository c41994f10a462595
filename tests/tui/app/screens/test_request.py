"""A plain HTTP request in the interface."""

from driven_app import driven
from rest_calls import MINTED, REFUSED, SECRET

from realtap.proxy.rest_notes import note_call
from realtap.recordings.folder import RecordingsFolder
from realtap.tui.app.screens.request import RequestScreen


async def test_a_noted_request_opens_as_its_fields_without_secrets(
    folder: RecordingsFolder,
) -> None:
    async with driven(note_call(MINTED, folder, print), opens=False) as app:
        assert "http 200" in app.lines[2]
        await app.press("enter")
        assert isinstance(app.app.screen, RequestScreen)
        assert "200: ephemeral key for gpt-realtime" in app.lines[0]
        assert '"Bearer [redacted]"' in app.text
        assert SECRET not in app.text
        await app.press("escape")
        assert "1 recording in" in app.lines[0]


async def test_a_refused_request_tells_why_in_its_headline(folder: RecordingsFolder) -> None:
    async with driven(note_call(REFUSED, folder, print), opens=False) as app:
        await app.press("enter")
        assert "401: Incorrect API key provided." in app.lines[0]
