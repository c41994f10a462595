"""`--mocks`, `--fault`, `--breakpoint`: they reach a proxy, also one behind the interface."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from realtap.proxy.door import Proxy
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.errors import UsageError
from realtap.recordings.folder import RecordingsFolder
from realtap.tui.cli.rules_options import Rules, rules_options

RULES = Rules(Path("m.toml"), ("cut", "stall:seconds=8"), ("type:error", "from:client"))


def parsed(*words: str) -> Rules:
    """What a command gets of its options."""
    taken: list[Rules] = []

    @click.command()
    @rules_options
    def command(*, rules: Rules) -> None:
        taken.append(rules)

    assert CliRunner().invoke(command, words).exit_code == 0
    return taken[0]


@pytest.mark.parametrize("rules", [Rules(), RULES])
def test_rules_survive_the_command_line_of_another_process(rules: Rules) -> None:
    assert parsed(*rules.arguments()) == rules


async def test_faults_and_breakpoints_are_in_force_in_the_proxy(tmp_path: Path) -> None:
    proxy = Proxy(parse_upstream("ws://127.0.0.1:9"), RecordingsFolder(tmp_path), port=0)
    RULES.apply(proxy)
    async with proxy:
        assert proxy.helm.regime.written("faults") == ["cut", "stall:seconds=8"]
        assert proxy.helm.regime.written("breakpoints") == ["type:error", "from:client"]


async def test_wrong_fault_is_refused(tmp_path: Path) -> None:
    proxy = Proxy(parse_upstream("ws://127.0.0.1:9"), RecordingsFolder(tmp_path), port=0)
    with pytest.raises(UsageError, match="there is no fault 'stahl'"):
        Rules(faults=("stahl",)).apply(proxy)
    await proxy.stop()
