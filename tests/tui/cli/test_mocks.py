"""`realtap mocks`: what is in force in a running proxy, and others in its place."""

import json
from pathlib import Path

import pytest
from commanded import command, refused, told
from live import MakeProxy, live

from realtap.tui.cli.exit_codes import ExitCode


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A mocks file."""
    path = tmp_path / "mocks.toml"
    path.write_text('[[mock]]\ncall = "get_weather"\noutput = "sunny"\n')
    return path


async def test_file_is_put_in_force_and_answers(make_proxy: MakeProxy, file: Path) -> None:
    async with live(make_proxy) as scene:
        said = await told(scene.proxy, "mocks", str(file))
        assert said == f"mocks       {file}: mock get_weather\n"
        await scene.app.call_weather()
        done = await scene.app.hear("response.done")
    assert done["response"]["output"][0]["type"] == "message"


async def test_mocks_in_force_are_told_and_taken_away(make_proxy: MakeProxy, file: Path) -> None:
    async with live(make_proxy, mocks=file) as scene:
        state = json.loads(await told(scene.proxy, "mocks", "--json"))
        assert state == {"source": str(file), "rules": ["mock get_weather"], "problem": None}
        result = await command(scene.proxy, "mocks", "--off")
        assert (result.stdout, "no mocks are in force" in result.stderr) == ("", True)


async def test_bad_file_is_refused_and_the_old_mocks_stay(
    make_proxy: MakeProxy, file: Path
) -> None:
    bad = file.with_name("bad.toml")
    bad.write_text("[[mock]]\n\noutputs = 7\n")
    async with live(make_proxy, mocks=file) as scene:
        code, sentence = await refused(scene.proxy, "mocks", str(bad))
        assert code == ExitCode.USAGE
        assert f"mocks file {bad} line " in sentence
        assert str(file) in await told(scene.proxy, "mocks")
