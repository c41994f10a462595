"""What becomes of a `session.update`, and what is told about it."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from judged_dialogue import JudgedDialogue, found_in, found_in_entries
from scenes import (
    NO_VAD,
    audio_answer,
    beta_session,
    error,
    ga_session,
    response_created,
    session,
    text_answer,
)
from transcript import (
    AZURE,
    VOICE_LIVE,
    XAI,
    Said,
    Step,
    client,
    only,
    server,
    slugs,
    transcript,
    wait,
)

from realtap.proxy.demo import SCRIPT
from realtap.proxy.demo.app import run_demo
from realtap.proxy.demo.mistakes import Mistake
from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Event, Json
from realtap.recordings.findings import client_events, errors, lifecycle, responses
from realtap.recordings.findings import session as family
from realtap.recordings.findings.finding import Finding, Severity
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording


def findings_in(*steps: Step, **options: Any) -> list[Finding]:
    return found_in(family, *steps, **options)


LOCAL = "ws://127.0.0.1:8485/v1/realtime"


def created(**changes: object) -> Said:
    return server("session.created", session=ga_session(**changes))


def update(**fields: object) -> Said:
    return client("session.update", session={"type": "realtime", **fields})


def updated(**changes: object) -> Said:
    return server("session.updated", session=ga_session(**changes))


# session-update-rejected


def test_rejected_update_tells_what_was_dropped_and_what_still_runs() -> None:
    found = only(
        findings_in(
            created(),
            update(instructions="Be brief.", tools=[], voices="nova"),
            error(
                "unknown_parameter", "Unknown parameter: 'session.voices'.", param="session.voices"
            ),
            wait(1),
        ),
        "session-update-rejected",
    )
    assert found.severity is Severity.ERROR
    assert found.events == (2, 3)
    assert "the session.update at event 2" in found.what
    assert "`unknown_parameter`" in found.what
    assert "`instructions`, `tools`, `voices`" in found.what
    assert "correct `session.voices`" in found.todo
    assert "the voice alloy" in found.todo
    assert "server_vad" in found.todo


def test_update_that_is_rejected_before_the_greeting_leaves_the_defaults() -> None:
    refused = error("unknown_parameter", "?", param="session.x")
    found = only(findings_in(update(x=1), refused), "session-update-rejected")
    assert "runs with the server's defaults" in found.todo


def test_update_that_is_rejected_in_push_to_talk_says_so() -> None:
    refused = error("unknown_parameter", "?", param="session.x")
    steps: list[Step] = [session(audio=NO_VAD), update(x=1), refused]
    assert "no turn detection" in only(findings_in(*steps), "session-update-rejected").todo


def test_update_whose_error_is_long_gone_is_told_without_it() -> None:
    refused = error("unknown_parameter", "?", param="session.x")
    entries = transcript(created(), update(x=1), refused, [error("other")] * 250)
    at_once = [
        msgspec.structs.replace(each, at=0.1) if isinstance(each, Event) else each
        for each in entries
    ]
    found = only(found_in_entries(family, at_once), "session-update-rejected")
    assert "its error is not kept" in found.what


def test_error_for_something_else_rejects_no_update() -> None:
    found = findings_in(
        session(instructions="Be brief."),
        client("input_audio_buffer.commit"),
        error("input_audio_buffer_commit_empty", "buffer too small"),
        wait(1),
    )
    assert "session-update-rejected" not in slugs(found)


def test_rejected_update_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue()
    dialogue.configure(instructions="Be brief.", speed=3)
    found = only(dialogue.findings(family), "session-update-rejected")
    assert "`session.speed`" in found.what + found.todo


# session-update-unanswered


def test_update_without_any_answer_is_told_after_five_seconds() -> None:
    found = only(
        findings_in(created(), update(instructions="Hi"), wait(6)), "session-update-unanswered"
    )
    assert found.severity is Severity.WARNING
    assert found.events == (2,)
    assert found.at >= 5.0


def test_update_at_a_server_that_tells_no_session_is_not_unanswered() -> None:
    assert slugs(findings_in(update(instructions="Hi"), wait(6))) == []


def test_update_at_the_end_of_a_recording_is_not_unanswered() -> None:
    assert slugs(findings_in(created(), update(instructions="Hi"), wait(3))) == []


def test_late_answer_within_five_seconds_is_in_time() -> None:
    found = findings_in(
        created(), update(instructions="Hi"), wait(4), updated(instructions="Hi"), wait(9)
    )
    assert slugs(found) == []


# setting-not-applied, instructions-not-cleared


def test_setting_that_the_server_replaced_is_told_with_both_values() -> None:
    found = only(
        findings_in(
            created(),
            update(audio={"output": {"voice": "nova", "speed": 1.2}}),
            updated(),
        ),
        "setting-not-applied",
    )
    assert found.severity is Severity.WARNING
    assert found.events == (2, 3)
    assert '`audio.output.voice` is "alloy" and not "nova"' in found.what
    assert "`audio.output.speed` is 1.0 and not 1.2" in found.what


def test_beta_update_is_told_in_its_own_names() -> None:
    found = only(
        findings_in(
            server("session.created", session=beta_session()),
            client("session.update", session={"voice": "nova", "turn_detection": None}),
            server("session.updated", session=beta_session()),
            upstream=VOICE_LIVE,
        ),
        "setting-not-applied",
    )
    assert '`voice` is "alloy" and not "nova"' in found.what
    assert "`turn_detection` is {" in found.what


def test_setting_that_the_server_only_completes_is_applied() -> None:
    found = findings_in(
        created(),
        update(
            output_modalities=["audio"],
            audio={"input": {"turn_detection": {"type": "server_vad", "threshold": 0.5}}},
        ),
        updated(),
    )
    assert slugs(found) == []


def test_tools_that_come_back_nested_are_applied() -> None:
    tool: Json = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
    nested = {"type": "function", "function": {"name": "get_weather", "parameters": {}}}
    found = findings_in(
        server("session.created", session=beta_session()),
        client("session.update", session={"tools": [tool]}),
        server("session.updated", session=beta_session(tools=[nested])),
        upstream=XAI,
    )
    assert slugs(found) == []


def test_each_update_is_compared_with_its_own_answer() -> None:
    found = findings_in(
        created(),
        update(audio={"output": {"voice": "cedar"}}),
        update(audio={"output": {"voice": "marin"}}),
        updated(audio={"output": {"voice": "cedar"}}),
        updated(audio={"output": {"voice": "marin"}}),
    )
    assert slugs(found) == []


def test_answer_without_an_update_is_compared_with_nothing() -> None:
    assert slugs(findings_in(created(), updated(instructions="Other"))) == []


def test_empty_instructions_that_the_server_replaces_are_told() -> None:
    found = findings_in(
        created(), update(instructions=""), updated(instructions="You are helpful.")
    )
    assert slugs(found) == ["instructions-not-cleared"]
    assert '"You are helpful."' in found[0].what
    assert found[0].severity is Severity.WARNING


def test_empty_instructions_that_stay_empty_are_as_wanted() -> None:
    found = findings_in(created(), update(instructions=""), updated(instructions=""))
    assert slugs(found) == []


# response-before-session-updated


def test_second_response_before_the_first_answer_is_not_told_again() -> None:
    begun = [response_created("resp_1"), response_created("resp_2")]
    found = findings_in(created(), update(instructions="Hi"), begun)
    assert slugs(found) == ["response-before-session-updated"]


def test_response_before_the_first_answer_runs_with_the_servers_settings() -> None:
    found = only(
        findings_in(
            created(),
            client("response.create"),
            update(instructions="Be brief."),
            response_created("resp_1"),
            updated(instructions="Be brief."),
        ),
        "response-before-session-updated",
    )
    assert found.severity is Severity.WARNING
    assert "resp_1" in found.what
    assert found.events == (4, 3)


def test_response_while_a_later_update_waits_is_in_order() -> None:
    found = findings_in(
        session(instructions="Be brief."),
        update(instructions="Be brief."),
        response_created("resp_1"),
        updated(instructions="Be brief."),
    )
    assert "response-before-session-updated" not in slugs(found)


def test_create_that_is_sent_right_behind_the_update_is_in_order() -> None:
    found = findings_in(
        created(),
        update(instructions="Be brief."),
        client("response.create"),
        updated(instructions="Be brief."),
        text_answer(asked=False),
    )
    assert "response-before-session-updated" not in slugs(found)


# setting-changed-too-late


def test_voice_that_changes_after_the_first_audio_is_told() -> None:
    found = only(
        findings_in(
            session(instructions="Hi"),
            audio_answer("Hello"),
            update(audio={"output": {"voice": "marin"}}),
            error("cannot_update_voice", "Cannot update a conversation's voice."),
            wait(1),
        ),
        "setting-changed-too-late",
    )
    assert found.severity is Severity.ERROR
    assert 'from "alloy" to "marin"' in found.what


def test_voice_that_is_only_repeated_does_not_change() -> None:
    found = findings_in(
        session(instructions="Hi"),
        audio_answer("Hello"),
        update(audio={"output": {"voice": "alloy"}}),
        updated(instructions="Hi"),
        wait(3),
    )
    assert "setting-changed-too-late" not in slugs(found)


def test_voice_that_the_server_changes_late_is_fine() -> None:
    found = findings_in(
        session(instructions="Hi"),
        audio_answer("Hello"),
        update(audio={"output": {"voice": "marin"}}),
        updated(instructions="Hi", audio={"output": {"voice": "marin"}}),
        wait(3),
    )
    assert "setting-changed-too-late" not in slugs(found)


def test_other_model_is_told_when_the_server_refuses_it() -> None:
    steps: list[Step] = [created(), update(model="gpt-realtime-2")]
    refused = error("cannot_update_model", "Cannot update the model.", param="session.model")
    found = only(findings_in(*steps, refused, wait(1)), "setting-changed-too-late")
    assert "the model gpt-realtime-2" in found.what
    assert "setting-changed-too-late" not in slugs(findings_in(*steps, updated(), wait(3)))


def test_name_of_a_deployment_is_no_other_model() -> None:
    found = findings_in(
        created(),
        update(model="my-voice"),
        error("cannot_update_model", "Cannot update the model.", param="session.model"),
        wait(1),
        upstream="wss://demo.openai.azure.com/openai/v1/realtime?model=my-voice",
    )
    assert "setting-changed-too-late" not in slugs(found)


# value-out-of-range


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"output_modalities": ["text", "audio"]}, "`session.output_modalities`"),
        ({"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}}, "is 16000"),
        ({"audio": {"output": {"speed": 2}}}, "0.25 to 1.5"),
        (
            {"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 5}}}},
            "0 to 1",
        ),
        (
            {
                "audio": {
                    "input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 100}}
                }
            },
            "5000 to 30000 ms",
        ),
        (
            {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "max"}}}},
            "low, medium, high or auto",
        ),
    ],
)
def test_value_out_of_range_is_told_with_what_is_allowed(fields: Json, words: str) -> None:
    found = only(findings_in(created(), update(**fields), wait(3)), "value-out-of-range")
    assert found.severity is Severity.ERROR
    assert words in f"{found.what} {found.todo}"


def test_values_at_the_edge_are_in_range() -> None:
    fields: Json = {
        "output_modalities": ["audio"],
        "max_output_tokens": 4096,
        "audio": {
            "input": {
                "format": {"type": "audio/pcmu"},
                "turn_detection": {"type": "server_vad", "threshold": 1, "idle_timeout_ms": 5000},
            },
            "output": {"speed": 1.5},
        },
    }
    assert "value-out-of-range" not in slugs(findings_in(created(), update(**fields), wait(3)))


def test_value_that_another_server_takes_is_fine() -> None:
    fields: Json = {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}}
    for upstream in (XAI, LOCAL):
        found = findings_in(created(), update(**fields), wait(3), upstream=upstream)
        assert "value-out-of-range" not in slugs(found)


def test_modalities_in_a_response_of_a_real_dialogue_are_told() -> None:
    dialogue = JudgedDialogue()
    dialogue.say("response.create", response={"output_modalities": ["text", "audio"]})
    found = only(dialogue.findings(family), "value-out-of-range")
    assert "`response.output_modalities`" in found.what


# session-update-without-effect, instructions-change-every-turn


def test_fourth_update_that_changes_nothing_is_told_once() -> None:
    again = [update(instructions="You are a helpful AI."), updated()]
    found = findings_in(created(), *again * 6)
    assert slugs(found) == ["session-update-without-effect"]
    assert found[0].severity is Severity.INFO
    assert found[0].events == (2, 4, 6, 8)


def test_three_updates_that_change_nothing_are_tolerated() -> None:
    assert slugs(findings_in(created(), *[update(), updated()] * 3)) == []


def test_instructions_that_change_before_each_response_are_told_once() -> None:
    steps: list[Step] = [
        [update(instructions=f"Turn {n}"), updated(instructions=f"Turn {n}"), text_answer()]
        for n in range(7)
    ]
    found = findings_in(created(), *steps)
    assert slugs(found) == ["instructions-change-every-turn"]
    assert found[0].severity is Severity.INFO


def test_instructions_that_change_now_and_then_are_fine() -> None:
    steps: list[Step] = [
        [
            update(instructions=f"Part {n}"),
            updated(instructions=f"Part {n}"),
            text_answer(),
            text_answer(),
        ]
        for n in range(7)
    ]
    assert slugs(findings_in(created(), *steps)) == []


# model-shutting-down


def test_model_is_told_half_a_year_before_its_end() -> None:
    found = findings_in(session(instructions="Hi"), started="2026-11-20T10:00:00Z")
    assert slugs(found) == ["model-shutting-down"]
    assert "gpt-realtime will be shut down by OpenAI on 2027-01-20" in found[0].what
    assert "gpt-realtime-2.1" in found[0].todo
    assert found[0].severity is Severity.INFO


def test_model_in_its_last_month_is_a_warning() -> None:
    found = findings_in(session(), started="2027-01-01T10:00:00Z")
    assert found[0].severity is Severity.WARNING


def test_transcription_model_is_told_too() -> None:
    input_: Json = {"input": {"transcription": {"model": "whisper-1"}}}
    greeting = server("session.created", session=ga_session(model="gpt-realtime-2", audio=input_))
    found = findings_in(greeting, started="2026-11-20T10:00:00Z")
    assert slugs(found) == ["model-shutting-down"]
    assert "whisper-1" in found[0].what


def test_model_is_not_told_when_the_day_is_not_known() -> None:
    assert slugs(findings_in(session(), started="some day")) == []


def test_model_is_not_told_long_before_its_end_nor_at_another_host() -> None:
    assert slugs(findings_in(session(), started="2026-01-01T10:00:00Z")) == []
    assert slugs(findings_in(session(), upstream=AZURE, started="2026-11-20T10:00:00Z")) == []


def test_push_to_talk_session_is_in_order() -> None:
    assert slugs(findings_in(session(audio=NO_VAD), wait(10))) == []


# The demo's app, through the proxy, at the simulator.


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (None, set()),
        (Mistake.BETA_FIELDS, {"beta-fields-on-ga-server", "session-update-rejected"}),
        (Mistake.BINARY_AUDIO, {"binary-client-frame", "server-error"}),
    ],
)
async def test_mistakes_of_the_demo_are_found_and_its_correct_app_makes_none(
    make_proxy: Callable[..., Proxy],
    folder: RecordingsFolder,
    mistake: Mistake | None,
    told: set[str],
) -> None:
    async with (
        Simulator(script=SCRIPT, fast=True) as simulator,
        make_proxy(simulator.url.removesuffix("/v1")) as proxy,
    ):
        await run_demo(proxy.url, mistake=mistake, speed=20, patience_s=0.3)
    (path,) = folder.paths()
    entries = list(Recording(path).entries())
    families = (family, client_events, errors, responses, lifecycle)
    found = [each for some in families for each in found_in_entries(some, entries)]
    assert set(slugs(found, at_least=Severity.WARNING)) == told
