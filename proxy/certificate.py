"""A certificate authority's file: what it says of itself, and how programs are made to trust it.

Read with the standard library alone, so that it can be told also where mitmproxy is not installed.
"""

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from ..recordings.errors import UsageError


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a person compares, and what the system's tools ask for."""

    path: Path
    name: str
    """The subject's common name."""
    sha256: str
    """The fingerprint, in capital hex digits."""
    sha1: str
    """The older fingerprint, by which Windows finds a certificate."""
    expires: datetime

    @property
    def fingerprint(self) -> str:
        """The SHA-256 in pairs, as browsers show it."""
        return ":".join(self.sha256[at : at + 2] for at in range(0, len(self.sha256), 2))


def facts_of(path: Path) -> CertificateFacts:
    """Read a PEM file with one certificate.

    Raises:
        UsageError: It is not there, or holds no certificate authority.
    """
    try:
        text = path.read_text(encoding="ascii")
        der = ssl.PEM_cert_to_DER_cert(text)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=text)
        # OpenSSL counts it only when it may sign others.
        (told,) = context.get_ca_certs()
    except FileNotFoundError as error:
        raise UsageError(f"there is no certificate authority in {path.parent}") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} holds no certificate authority: {error}") from error
    expires = ssl.cert_time_to_seconds(str(told["notAfter"]))
    return CertificateFacts(
        path,
        _common_name(told.get("subject")),
        hashlib.sha256(der).hexdigest().upper(),
        hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(),
        datetime.fromtimestamp(expires, UTC),
    )


def _common_name(subject: object) -> str:
    """The name in `((("commonName", "mitmproxy"),), …)`."""
    pairs = [pair for part in subject for pair in part] if isinstance(subject, tuple) else []
    return next((str(value) for name, value in pairs if name == "commonName"), "")


def bundle_with(path: Path, environ: Mapping[str, str]) -> str:
    """PEM text of all authorities that programs trust here, and of one more.

    `SSL_CERT_FILE` and the like replace the system's authorities instead of adding to them, so a program
    that is given a file has to get all of them in it.

    Args:
        path: The one more.
        environ: Where the person may have named authorities of their own.
    """
    parts = [*_system_authorities(), *_mozillas_authorities(), *_named_authorities(environ)]
    return "\n".join([*parts, path.read_text(encoding="ascii")])


def _system_authorities() -> list[str]:
    # OpenSSL itself honours SSL_CERT_FILE here.
    authorities = ssl.create_default_context().get_ca_certs(binary_form=True)
    return [ssl.DER_cert_to_PEM_cert(each) for each in authorities]


def _mozillas_authorities() -> list[str]:
    """What requests and httpx trust by default; mitmproxy brings it with it."""
    if find_spec("certifi") is None:
        return []
    file: str = import_module("certifi").where()
    return [Path(file).read_text(encoding="ascii")]


def _named_authorities(environ: Mapping[str, str]) -> list[str]:
    named = {environ.get(name, "") for name in ("REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")}
    files = [Path(name) for name in sorted(named) if name and Path(name).is_file()]
    return [file.read_text(encoding="ascii", errors="replace") for file in files]
