"""Changes what this machine trusts, after a yes."""

import subprocess
from enum import StrEnum

import click

from ...proxy.certificate import CertificateFacts
from ...recordings.errors import UsageError
from . import talk
from .trust_stores import TrustStore, shown, trust_stores


class Change(StrEnum):
    """What is to become of the trust."""

    INSTALL = "install"
    REMOVE = "remove"


def change_trust(facts: CertificateFacts, change: Change, *, is_dry_run: bool) -> None:
    """Show the commands for each store of this machine, and run those that the person agrees to.

    Raises:
        UsageError: No store is known here, or a command fails.
    """
    stores = trust_stores(facts)
    if not stores:
        raise UsageError(
            f"no tool for this system's authorities was found: add {facts.path} to them by hand"
        )
    if change is Change.INSTALL:
        talk.say(f"{facts.path}")
        talk.say(f"SHA-256 {facts.fingerprint}")
        talk.say("whoever has the key beside it can read what programs say that trust it")
    for store in stores:
        _change(store, change, is_dry_run=is_dry_run)


def _change(store: TrustStore, change: Change, *, is_dry_run: bool) -> None:
    commands = store.install if change is Change.INSTALL else store.remove
    talk.say()
    talk.say(f"{store.name}:")
    for command in commands:
        click.echo(shown(command))
    if is_dry_run or not click.confirm("Run this?", default=False, err=True):
        return
    for command in commands:
        try:
            subprocess.run(command, check=True)  # noqa: S603 -- shown to the person, who said yes
        except (OSError, subprocess.CalledProcessError) as error:
            raise UsageError(f"{shown(command)} failed: {error}") from error
    talk.say("done")
