"""The commands that change what a machine trusts; they are looked at here, never run."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from realtap.proxy.certificate import CertificateFacts
from realtap.tui.cli.trust_stores import TrustStore, shown, trust_stores

FACTS = CertificateFacts(
    Path("/home/ada/.mitmproxy/mitmproxy-ca-cert.pem"),
    "mitmproxy",
    "AB" * 32,
    "CD" * 20,
    datetime(2036, 1, 1, tzinfo=UTC),
)


def stores(platform: str, home: Path, *tools: str, is_root: bool = False) -> list[TrustStore]:
    def which(name: str) -> str | None:
        return f"/usr/bin/{name}" if name in tools else None

    return trust_stores(FACTS, platform=platform, which=which, home=home, is_root=is_root)


@pytest.mark.parametrize(
    ("platform", "tool", "install", "remove"),
    [
        ("linux", "update-ca-certificates", "sudo cp", "--fresh"),
        ("linux", "trust", "sudo trust anchor /home", "--remove"),
        ("darwin", "", "sudo security add-trusted-cert -d -p ssl", "-Z ABAB"),
        ("win32", "", "certutil -addstore -user Root", "CDCD"),
    ],
)
def test_each_system_has_its_commands(
    tmp_path: Path, platform: str, tool: str, install: str, remove: str
) -> None:
    (store,) = stores(platform, tmp_path, tool)
    assert shown(store.install[0]).startswith(install)
    assert any(remove in shown(command) for command in store.remove)


def test_chromium_on_linux_has_a_store_of_its_own(tmp_path: Path) -> None:
    (tmp_path / ".pki" / "nssdb").mkdir(parents=True)
    (store,) = stores("linux", tmp_path, "certutil")
    assert f"sql:{tmp_path}/.pki/nssdb -A -t C,, -n" in shown(store.install[0]).replace("'", "")


def test_root_needs_no_sudo(tmp_path: Path) -> None:
    (store,) = stores("linux", tmp_path, "trust", is_root=True)
    assert store.install[0][0] == "trust"


def test_system_without_a_known_tool_has_no_store(tmp_path: Path) -> None:
    assert stores("linux", tmp_path) == []
