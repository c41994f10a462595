"""Plain HTTP requests about Realtime, as mitmproxy tells of them, and as they are noted."""

import json
from dataclasses import replace

from realtap.proxy.capture import RestCall
from realtap.proxy.rest_notes import note_call
from realtap.recordings.event import Header, Note
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

SECRET = "ek_clientSecretOfTheSession1234"

SETTINGS = {"type": "realtime", "model": "gpt-realtime"}

MINTED = RestCall(
    method="POST",
    path="/v1/realtime/client_secrets",
    origin="https://api.openai.com:443",
    via="reverse",
    status=200,
    elapsed_s=0.25,
    request_headers=(("Authorization", "Bearer plainKey0123456789abc"), ("User-Agent", "App/1")),
    response_headers=(("Content-Type", "application/json"),),
    request_body=json.dumps({"session": SETTINGS}),
    response_body=json.dumps({"value": SECRET, "session": SETTINGS}),
)
"""An app has made a client's secret."""

REFUSED = replace(
    MINTED,
    status=401,
    response_body='{"error":{"message":"Incorrect API key provided.","code":"invalid_api_key"}}',
)
"""An app's key was not taken."""


def noted(call: RestCall, folder: RecordingsFolder) -> tuple[Header, Note]:
    """The header and the note that are written of a request."""
    recording = Recording(note_call(call, folder, print))
    [note] = [entry for entry in recording.entries() if isinstance(entry, Note)]
    return recording.header, note
