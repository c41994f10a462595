"""The plugin as a user has it: test files of their own, run by pytest."""

import pytest
from plugin_user import APP, OPTIONS, TEST

from realtap.proxy.background import in_background
from realtap.proxy.simulator import Simulator

pytest_plugins = ["pytester"]


@pytest.fixture
def user(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with an app and a test."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-AAAAbbbbCCCCddddEEEE1111")
    pytester.makepyfile(app=APP, test_weather=TEST)
    return pytester


def run(user: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run the user's tests, in this process: quicker, and the plugin leaves nothing behind."""
    return user.runpytest_inprocess(*OPTIONS, *options)


def recorded(user: pytest.Pytester) -> list[str]:
    return sorted(str(path.relative_to(user.path)) for path in user.path.rglob("*.jsonl"))


def record(user: pytest.Pytester) -> None:
    run(user, "--realtap-mode=once", "--realtap-upstream=sim").assert_outcomes(passed=1)


def test_a_test_without_a_recording_fails_and_says_how_to_record(user: pytest.Pytester) -> None:
    result = run(user)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*there is no recording *recordings*test_weather*test_weather.jsonl*"]
    )
    result.stdout.fnmatch_lines(["*--realtap-mode once*"])


def test_what_is_recorded_once_is_replayed_ever_after(user: pytest.Pytester) -> None:
    result = run(user, "--realtap-mode=once", "--realtap-upstream=sim")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*0 sessions replayed, 1 session recorded*"])
    assert recorded(user) == ["recordings/test_weather/test_weather.jsonl"]
    again = run(user)
    again.assert_outcomes(passed=1)
    again.stdout.fnmatch_lines(["*1 session replayed, 0 sessions recorded*"])


def test_a_test_that_needs_no_realtap_is_left_alone(user: pytest.Pytester) -> None:
    user.makepyfile(
        test_weather="import os\ndef test_a(): assert 'OPENAI_BASE_URL' not in os.environ"
    )
    result = run(user)
    result.assert_outcomes(passed=1)
    assert "realtap -" not in result.stdout.str()


def test_the_person_s_key_goes_to_the_server_and_into_no_recording(user: pytest.Pytester) -> None:
    with in_background(lambda: Simulator(fast=True, log=True)) as background:
        upstream = background.server.url.removesuffix("/v1")
        result = run(user, "--realtap-mode=once", f"--realtap-upstream={upstream}")
        result.assert_outcomes(passed=1)
        [connection] = background.server.connections
    assert "AAAAbbbb" in str(connection.request)
    assert "AAAAbbbb" not in (user.path / recorded(user)[0]).read_text()


def test_an_app_that_does_something_else_fails_its_test_and_is_told_what(
    user: pytest.Pytester,
) -> None:
    record(user)
    user.makepyfile(test_weather=TEST.replace("run()", "run('What is the weather in Oslo?')"))
    result = run(user)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*realtap call*", "replay of *"])
    result.stdout.fnmatch_lines(["*item.content?0?.text: expected *Paris*, got *Oslo*"])


def test_a_test_that_hides_the_failure_fails_all_the_same(user: pytest.Pytester) -> None:
    record(user)
    user.makepyfile(
        test_weather="""
        import asyncio, contextlib
        import pytest
        from app import run

        @pytest.mark.realtap
        def test_weather():
            with contextlib.suppress(Exception):
                asyncio.run(run("What is the weather in Oslo?"))
        """
    )
    result = run(user)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*event 2 of 5 from the app differs*"])


def test_an_app_that_forgets_response_create_is_not_waited_for_forever(
    user: pytest.Pytester,
) -> None:
    record(user)
    user.makepyfile(test_weather=TEST.replace("run()", "run(respond=False)"))
    result = run(user, "--realtap-patience=0.2")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*waited in vain for event 5 of 5, response.create*"])


def test_what_a_failed_test_recorded_is_not_kept(user: pytest.Pytester) -> None:
    user.makepyfile(test_weather=TEST.replace('"clear"', '"cloudy"'))
    run(user, "--realtap-mode=once", "--realtap-upstream=sim").assert_outcomes(failed=1)
    assert recorded(user) == []


def test_rewrite_records_anew(user: pytest.Pytester) -> None:
    record(user)
    before = (user.path / recorded(user)[0]).read_text()
    user.makepyfile(test_weather=TEST.replace("run()", "run(city_answer='clear and cold')"))
    run(user, "--realtap-mode=rewrite", "--realtap-upstream=sim").assert_outcomes(passed=1)
    [name] = recorded(user)
    after = (user.path / name).read_text()
    assert "clear and cold" not in before
    assert "clear and cold" in after


def test_new_replays_what_is_recorded_and_records_the_rest(user: pytest.Pytester) -> None:
    record(user)
    twice = TEST.replace("assert", "asyncio.run(run())\n    assert")
    user.makepyfile(test_weather=twice)
    result = run(user, "--realtap-mode=new", "--realtap-upstream=sim")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*1 session replayed, 1 session recorded*"])
    folder = "recordings/test_weather/test_weather"
    assert recorded(user) == [f"{folder}-2.jsonl", f"{folder}.jsonl"]
    run(user).assert_outcomes(passed=1)


def test_the_sessions_of_a_test_keep_their_order(user: pytest.Pytester) -> None:
    cities = ["Oslo", "Rome", "Lima", "Bonn"]
    asked = f"""
        import asyncio
        import pytest
        from app import run

        @pytest.mark.realtap
        def test_weather():
            for city in {cities}:
                asyncio.run(run(f"What is the weather in {{city}}?"))
        """
    user.makepyfile(test_weather=asked)
    record(user)
    run(user).assert_outcomes(passed=1)


def test_a_connection_for_which_there_is_no_recording_is_refused(user: pytest.Pytester) -> None:
    record(user)
    user.makepyfile(test_weather=TEST.replace("assert", "asyncio.run(run())\n    assert"))
    result = run(user)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*503*"])


def test_named_recordings_are_shared_by_tests(user: pytest.Pytester) -> None:
    record(user)
    (user.path / recorded(user)[0]).rename(user.path / "recordings" / "weather.jsonl")
    named = TEST.replace("mark.realtap", "mark.realtap('weather.jsonl')")
    user.makepyfile(test_weather=named, test_again=named)
    run(user).assert_outcomes(passed=2)


def test_what_was_not_asked_for_is_told(user: pytest.Pytester) -> None:
    record(user)
    user.makepyfile(
        test_weather="""
        import pytest

        @pytest.mark.realtap
        def test_weather():
            pass
        """
    )
    result = run(user)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*no connection came for it*"])


def test_a_test_may_insist_that_all_was_replayed(user: pytest.Pytester) -> None:
    record(user)
    user.makepyfile(
        test_weather="""
        def test_weather(realtap_session):
            realtap_session.assert_finished()
        """
    )
    result = run(user)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*not all was replayed*"])


def test_findings_fail_a_test_when_that_is_wanted(user: pytest.Pytester) -> None:
    mistaken = """
        await say("response.cancel")
        await say("session.update","""
    user.makepyfile(app=APP.replace('await say("session.update",', mistaken.strip()))
    record(user)
    run(user).assert_outcomes(passed=1)
    result = run(user, "--realtap-fail-on=warning")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["warning harmless-error: *"])
    run(user, "--realtap-fail-on=error").assert_outcomes(passed=1)


def test_the_session_tells_what_the_app_did(user: pytest.Pytester) -> None:
    record(user)
    user.makepyfile(
        test_weather="""
        import asyncio
        from app import run
        from realtap.proxy.testing import assert_answered, assert_called, assert_no_findings

        def test_weather(realtap_session):
            asyncio.run(run())
            realtap_session.assert_finished()
            assert_called(realtap_session, "get_weather", city="Paris")
            assert_answered(realtap_session)
            assert_no_findings(realtap_session)
            assert realtap_session.sent[0]["type"] == "session.update"
            assert realtap_session.received[0]["type"] == "session.created"
            assert [call.name for call in realtap_session.calls] == ["get_weather"]
            assert len(realtap_session.conversation.items.in_order()) == 4
        """
    )
    run(user).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--realtap-pace=quick", "*pace is 'quick'; expected instant, recorded, or a number*"),
        ("--realtap-patience=long", "*patience is 'long'; expected seconds*"),
        ("--realtap-mode=sometimes", "*invalid choice: 'sometimes'*"),
    ],
)
def test_a_setting_that_cannot_be_taken_ends_the_run(
    user: pytest.Pytester, option: str, words: str
) -> None:
    result = run(user, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([words])


def test_a_misspelt_word_in_the_marker_is_told(user: pytest.Pytester) -> None:
    user.makepyfile(test_weather=TEST.replace("mark.realtap", "mark.realtap(ignor=['a'])"))
    result = run(user)
    result.stdout.fnmatch_lines(["*has no 'ignor'; did you mean 'ignore'*"])


def test_a_path_that_is_none_is_told(user: pytest.Pytester) -> None:
    record(user)
    result = run(user, "--realtap-ignore=item..text")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["ignore, or matchers: *is not a path*"])


def test_settings_come_from_the_ini_file_the_marker_and_the_command_line(
    user: pytest.Pytester,
) -> None:
    record(user)
    other = TEST.replace("run()", "run('What is the weather in Oslo?')")
    user.makepyfile(test_weather=other)
    user.makeini("[pytest]\nrealtap_ignore = item.content[].text")
    run(user).assert_outcomes(passed=1)
    user.makepyfile(test_weather=other.replace("mark.realtap", "mark.realtap(ignore=[])"))
    run(user).assert_outcomes(failed=1)
    run(user, "--realtap-ignore=item.content").assert_outcomes(passed=1)


def test_an_app_in_a_process_of_its_own_is_caught(user: pytest.Pytester) -> None:
    record(user)
    user.makepyfile(
        test_weather="""
        import subprocess, sys
        import pytest

        @pytest.mark.realtap
        def test_weather():
            program = "import asyncio, app; print(asyncio.run(app.run()))"
            result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
            assert "clear" in result.stdout, result.stderr
        """
    )
    run(user).assert_outcomes(passed=1)


def test_coroutines_are_tests_too(user: pytest.Pytester) -> None:
    record(user)
    user.makepyfile(
        test_weather="""
        import pytest
        from app import run

        @pytest.mark.realtap("test_weather.jsonl")
        @pytest.mark.asyncio
        async def test_with_asyncio():
            assert "clear" in await run()

        @pytest.mark.realtap("test_weather.jsonl")
        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_with_anyio(anyio_backend):
            assert "clear" in await run()
        """
    )
    run(user).assert_outcomes(passed=2)


@pytest.mark.slow
def test_many_replays_side_by_side_do_not_clash(user: pytest.Pytester) -> None:
    record(user)
    marked = "@pytest.mark.parametrize('n', range(200))\n@pytest.mark.realtap('test_weather.jsonl')"
    many = TEST.replace("@pytest.mark.realtap", marked).replace("test_weather()", "test_many(n)")
    user.makepyfile(test_weather=many)
    result = run(user, "-n2")
    result.assert_outcomes(passed=200)
    result.stdout.fnmatch_lines(["*200 sessions replayed, 0 sessions recorded*"])


def test_a_scripted_server_needs_no_recording(user: pytest.Pytester) -> None:
    user.makepyfile(
        test_weather="""
        import asyncio
        from app import run
        from realtap.proxy.testing import assert_called

        def test_weather(realtap_simulator):
            realtap_simulator.when(text="weather").call("get_weather", city="Oslo")
            realtap_simulator.when(after="get_weather").say("Oslo has {output}.")
            assert asyncio.run(run()) == 'Oslo has {"sky": "clear"}.'
            assert_called(realtap_simulator, "get_weather", city="Oslo")
        """
    )
    run(user).assert_outcomes(passed=1)


def test_loading_the_plugin_loads_nothing_else(user: pytest.Pytester) -> None:
    user.makepyfile(
        test_weather="""
        import sys

        def test_weather():
            foreign = {"websockets", "msgspec", "rich", "realtap.recordings", "realtap.tui"}
            assert not foreign & set(sys.modules)
        """
    )
    user.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=1)
