"""Addresses, and what it takes to let other machines connect."""

import click
import pytest

from realtap.recordings.errors import UsageError
from realtap.tui.cli.options import Address, listen_option, refuse_remote


@click.command()
@listen_option("127.0.0.1:8484")
def show_address(listen: Address) -> Address:
    return listen


def parsed(*arguments: str) -> Address:
    address = show_address.main(list(arguments), standalone_mode=False)
    assert isinstance(address, Address)
    return address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9000", Address("127.0.0.1", 9000)),
        ("localhost:0", Address("localhost", 0)),
        ("[::1]:9000", Address("::1", 9000)),
        ("9000", Address("127.0.0.1", 9000)),
        (":9000", Address("127.0.0.1", 9000)),
    ],
)
def test_address_is_host_and_port(text: str, address: Address) -> None:
    assert parsed("--listen", text) == address


def test_address_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REALTAP_LISTEN", "127.0.0.1:9001")
    assert parsed() == Address("127.0.0.1", 9001)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_loopback_is_never_refused(host: str) -> None:
    refuse_remote(Address(host, 0), allow_remote=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "my-machine"])
def test_other_addresses_are_refused_unless_they_are_allowed(host: str) -> None:
    refuse_remote(Address(host, 0), allow_remote=True)
    with pytest.raises(UsageError, match="--allow-remote"):
        refuse_remote(Address(host, 0), allow_remote=False)
