"""Where operating systems keep the authorities that they trust, and the commands that change that."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ...proxy.certificate import CertificateFacts

type Which = Callable[[str], str | None]

_DEBIAN_FILE = "/usr/local/share/ca-certificates/realtap-mitmproxy.crt"
_MACOS_KEYCHAIN = "/Library/Keychains/System.keychain"


class TrustStore(NamedTuple):
    """One store, with the commands for it."""

    name: str
    """For people."""
    install: tuple[tuple[str, ...], ...]
    remove: tuple[tuple[str, ...], ...]


def trust_stores(
    facts: CertificateFacts,
    *,
    platform: str = sys.platform,
    which: Which = shutil.which,
    home: Path | None = None,
    is_root: bool | None = None,
) -> list[TrustStore]:
    """The stores of this machine; none where its tools are not known.

    Args:
        facts: The authority.
        platform: As `sys.platform` names it.
        which: Finds programs.
        home: The person's folder.
        is_root: Whether the commands need no `sudo`.
    """
    if platform == "win32":
        return [_windows(facts)]
    sudo = () if (_is_root() if is_root is None else is_root) else ("sudo",)
    if platform == "darwin":
        return [_macos(facts, sudo)]
    found = []
    if which("update-ca-certificates"):
        found.append(_debian(facts, sudo))
    elif which("trust"):
        found.append(_p11_kit(facts, sudo))
    database = (home or Path.home()) / ".pki" / "nssdb"
    if which("certutil") and database.is_dir():
        found.append(_nss(facts, database))
    return found


def shown(command: tuple[str, ...]) -> str:
    """A command as it is typed."""
    return shlex.join(command)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _debian(facts: CertificateFacts, sudo: tuple[str, ...]) -> TrustStore:
    """It takes files that end in .crt only."""
    return TrustStore(
        "the system's authorities (update-ca-certificates)",
        (
            (*sudo, "cp", str(facts.path), _DEBIAN_FILE),
            (*sudo, "update-ca-certificates"),
        ),
        (
            (*sudo, "rm", "-f", _DEBIAN_FILE),
            (*sudo, "update-ca-certificates", "--fresh"),
        ),
    )


def _p11_kit(facts: CertificateFacts, sudo: tuple[str, ...]) -> TrustStore:
    path = str(facts.path)
    return TrustStore(
        "the system's authorities (p11-kit)",
        ((*sudo, "trust", "anchor", path),),
        ((*sudo, "trust", "anchor", "--remove", path),),
    )


def _nss(facts: CertificateFacts, database: Path) -> TrustStore:
    store = ("certutil", "-d", f"sql:{database}")
    return TrustStore(
        "Chromium's authorities (NSS)",
        ((*store, "-A", "-t", "C,,", "-n", "realtap-mitmproxy", "-i", str(facts.path)),),
        ((*store, "-D", "-n", "realtap-mitmproxy"),),
    )


def _macos(facts: CertificateFacts, sudo: tuple[str, ...]) -> TrustStore:
    security = (*sudo, "security")
    trust = ("add-trusted-cert", "-d", "-p", "ssl", "-p", "basic", "-k", _MACOS_KEYCHAIN)
    return TrustStore(
        "the system's keychain",
        ((*security, *trust, str(facts.path)),),
        ((*security, "delete-certificate", "-Z", facts.sha256, "-t", _MACOS_KEYCHAIN),),
    )


def _windows(facts: CertificateFacts) -> TrustStore:
    return TrustStore(
        "your own root authorities",
        (("certutil", "-addstore", "-user", "Root", str(facts.path)),),
        (("certutil", "-delstore", "-user", "Root", facts.sha1),),
    )
