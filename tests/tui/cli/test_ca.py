"""`realtap ca`: shows the authority; changes nothing on this machine here."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner, Result

from realtap.tui.cli import trusting
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main
from realtap.tui.cli.trust_stores import TrustStore

STORE = TrustStore("a store", (("add-it", "a b"), ("refresh",)), (("drop-it",),))


@pytest.fixture
def confdir(tmp_path: Path) -> Path:
    """A folder as mitmproxy makes it."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "mitmproxy-ca-cert.pem"))
    return tmp_path


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The commands that would have been run."""
    commands: list[Sequence[str]] = []
    monkeypatch.setattr(trusting, "trust_stores", lambda _facts: [STORE])
    monkeypatch.setattr(subprocess, "run", lambda each, **_: commands.append(each))
    return commands


def ca(confdir: Path, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["ca", "--confdir", str(confdir), *words], input=answer)


def test_ca_shows_file_fingerprint_expiry_and_a_line_for_each_runtime(confdir: Path) -> None:
    result = ca(confdir)
    assert result.exit_code == ExitCode.FINE
    path = confdir / "mitmproxy-ca-cert.pem"
    assert f"certificate  {path}" in result.stdout
    assert "expires      3000-01-01" in result.stdout
    assert f"NODE_EXTRA_CA_CERTS={path}" in result.stdout


def test_nothing_is_run_without_a_yes(confdir: Path, ran: list[Sequence[str]]) -> None:
    result = ca(confdir, "install", answer="\n")
    assert result.stdout.splitlines() == ["add-it 'a b'", "refresh"]
    assert ran == []


def test_dry_run_does_not_even_ask(confdir: Path, ran: list[Sequence[str]]) -> None:
    result = ca(confdir, "install", "--dry-run")
    assert "Run this?" not in result.stderr
    assert ran == []


def test_yes_runs_the_commands_in_their_order(confdir: Path, ran: list[Sequence[str]]) -> None:
    ca(confdir, "install", answer="y\n")
    assert ran == [("add-it", "a b"), ("refresh",)]


def test_remove_runs_the_other_commands(confdir: Path, ran: list[Sequence[str]]) -> None:
    ca(confdir, "remove", answer="y\n")
    assert ran == [("drop-it",)]


def test_file_that_holds_no_authority_is_told(tmp_path: Path) -> None:
    (tmp_path / "mitmproxy-ca-cert.pem").write_text("nothing")
    result = ca(tmp_path)
    assert result.exit_code == ExitCode.USAGE
    assert "holds no certificate authority" in result.stderr


def test_the_folder_may_be_named_behind_the_command_too(
    confdir: Path, ran: list[Sequence[str]]
) -> None:
    CliRunner().invoke(main, ["ca", "remove", "--confdir", str(confdir)], input="y\n")
    assert ran == [("drop-it",)]


def test_to_remove_it_none_is_made(tmp_path: Path, ran: list[Sequence[str]]) -> None:
    result = ca(tmp_path, "remove")
    assert result.exit_code == ExitCode.USAGE
    assert f"there is no certificate authority in {tmp_path}" in result.stderr
    assert not list(tmp_path.iterdir())
