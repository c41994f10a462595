"""`realtap ca`: the certificate authority that opens TLS, and who trusts it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import confdir_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...proxy.certificate import CertificateFacts


@click.group(invoke_without_command=True)
@confdir_option
@click.pass_context
def ca(ctx: click.Context, confdir: Path | None) -> None:
    """Show the certificate authority that opens TLS, and how programs come to trust it.

    It is mitmproxy's, made for this machine when it was first needed. Its key never leaves its folder:
    whoever has it can read what those who trust it say.
    """
    ctx.obj = confdir
    if ctx.invoked_subcommand is None:
        for line in _lines(_facts(confdir)):
            click.echo(line)


@ca.command()
@confdir_option
@click.option("--dry-run", is_flag=True, help="Show the commands, and run none.")
@click.pass_obj
def install(named_before: Path | None, *, confdir: Path | None, dry_run: bool) -> None:
    """Let this machine trust it: shows the commands, and runs them after a yes.

    Seldom needed: `realtap run` and the variables that `realtap ca` prints work without it.
    """
    from .trusting import Change, change_trust

    change_trust(_facts(confdir or named_before), Change.INSTALL, is_dry_run=dry_run)


@ca.command()
@confdir_option
@click.option("--dry-run", is_flag=True, help="Show the commands, and run none.")
@click.pass_obj
def remove(named_before: Path | None, *, confdir: Path | None, dry_run: bool) -> None:
    """Let this machine trust it no more; its files stay where they are."""
    from .trusting import Change, change_trust

    facts = _facts(confdir or named_before, makes_one=False)
    change_trust(facts, Change.REMOVE, is_dry_run=dry_run)


def _facts(confdir: Path | None, *, makes_one: bool = True) -> "CertificateFacts":
    """Of the authority, which is made, if that is wanted, when there is none yet.

    Raises:
        UsageError: There is none, and mitmproxy, which makes it, is not installed.
    """
    import asyncio

    from ...proxy.certificate import facts_of
    from ...proxy.tls import INSTALL, Authority, has_extra
    from ...recordings.errors import UsageError

    authority = Authority(confdir)
    if makes_one and not authority.certificate.exists():
        if not has_extra():
            raise UsageError(
                f"there is no certificate authority in {authority.confdir}, and mitmproxy, which "
                f"makes it, is not installed: {INSTALL}"
            )
        asyncio.run(authority.load())
    return facts_of(authority.certificate)


def _lines(facts: "CertificateFacts") -> "Iterator[str]":
    path = facts.path
    yield f"certificate  {path}"
    yield f"SHA-256      {facts.fingerprint}"
    yield f"expires      {facts.expires:%Y-%m-%d}"
    yield ""
    yield "Let one program trust it:"
    for who, line in (
        ("Node", f"NODE_EXTRA_CA_CERTS={path}"),
        ("Python with requests", f"REQUESTS_CA_BUNDLE={path}"),
        ("Python with websockets, httpx or aiohttp; Ruby, Go", f"SSL_CERT_FILE={path}"),
        ("curl", f"CURL_CA_BUNDLE={path}"),
        ("Deno", f"DENO_CERT={path}"),
        ("Java", f"keytool -importcert -cacerts -alias realtap-mitmproxy -file {path}"),
        ("Firefox", "Settings, Privacy & Security, View Certificates, Authorities, Import"),
        ("Chrome, Edge, Safari", "realtap ca install"),
    ):
        yield f"  {click.style(who, dim=True)}"
        yield f"    {line}"
    yield ""
    yield "SSL_CERT_FILE, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE replace the authorities that a program"
    yield "trusts otherwise; realtap run gives them a file with all of them."
