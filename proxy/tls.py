"""TLS on the door's own port: a certificate for the name asked for, signed by mitmproxy's authority.

The authority is the one that mitmproxy makes for itself (`mitmproxy-ca.pem` in `~/.mitmproxy`), so that
whoever trusts it already need not trust another one. Its files stay where they are: a certificate is
served with the authority's own key, as mitmproxy does, and OpenSSL reads that key from its folder.

mitmproxy is an extra, and takes a tenth of a second and 20 MB to import the part that is needed here:
that happens when the first client begins with TLS, in a thread.
"""

import asyncio
import ipaddress
import ssl
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..recordings.errors import RealtapError, WireError

if TYPE_CHECKING:
    from mitmproxy.certs import CertStore

DEFAULT_CONFDIR: Final = Path("~/.mitmproxy")
"""Where mitmproxy keeps its authority unless it is told otherwise."""

INSTALL: Final = "pip install 'realtap[mitm]'"
"""How to get what opens TLS, passes plain HTTP on and captures apps."""

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "::1")
"""What a client on this machine may have meant when it does not name a host."""

_BASENAME: Final = "mitmproxy"
_CERTIFICATE: Final = f"{_BASENAME}-ca-cert.pem"
_KEY_BITS: Final = 2048
_CONTEXTS_LIMIT: Final = 200
"""So many names have a certificate ready."""

_LONGEST_COMMON_NAME: Final = 63
"""An X.509 common name has less than 64 characters."""


class MissingExtraError(RealtapError):
    """Raised when something needs mitmproxy, which is not installed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs mitmproxy: {INSTALL}")


def has_extra() -> bool:
    """Whether mitmproxy is installed; it is not imported."""
    return find_spec("mitmproxy") is not None


class Authority:
    """mitmproxy's certificate authority, made or read when it is first needed.

    Args:
        confdir: mitmproxy's folder; None: its default.
    """

    def __init__(self, confdir: Path | None = None) -> None:
        self.confdir = (confdir or DEFAULT_CONFDIR).expanduser()
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}
        self._store: CertStore | None = None
        self._loading = asyncio.Lock()

    @property
    def certificate(self) -> Path:
        """The file that a client has to trust; it is there once the authority is."""
        return self.confdir / _CERTIFICATE

    async def load(self) -> None:
        """Read the authority, and make it if there is none.

        Raises:
            MissingExtraError: mitmproxy is not installed.
            WireError: Its files cannot be read or made.
        """
        if not has_extra():
            raise MissingExtraError("TLS on this port")
        async with self._loading:
            if self._store is None:
                self._store = await asyncio.to_thread(_load, self.confdir)

    async def context(self, address: str | None) -> ssl.SSLContext:
        """How TLS is done with a client that has reached an address of this machine.

        Raises:
            MissingExtraError: mitmproxy is not installed.
            WireError: The authority's files cannot be read or made.
        """
        await self.load()
        names = LOOPBACK_NAMES if address in {None, *LOOPBACK_NAMES} else (str(address),)
        try:
            return self._context(names)
        except OSError as error:
            raise WireError(
                f"the certificate authority in {self.confdir} is not the one any more that was read "
                f"({error}): start realtap again"
            ) from error

    def _context(self, names: tuple[str, ...]) -> ssl.SSLContext:
        found = self._contexts.pop(names, None)
        if found is None:
            found = self._make(names)
            if len(self._contexts) >= _CONTEXTS_LIMIT:
                del self._contexts[next(iter(self._contexts))]
        # The names that were asked for last are the last to be forgotten.
        self._contexts[names] = found
        return found

    def _make(self, names: tuple[str, ...]) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        context.sni_callback = self._choose
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            # OpenSSL takes a certificate from a file only; this one holds nothing that is secret.
            file.write(self._chain(names))
            file.flush()
            context.load_cert_chain(
                file.name, self.confdir / f"{_BASENAME}-ca.pem", password=_no_password
            )
        return context

    def _chain(self, names: tuple[str, ...]) -> bytes:
        from cryptography import x509  # noqa: PLC0415 -- comes with the extra

        assert self._store is not None
        sans = [
            x509.IPAddress(ipaddress.ip_address(name)) if _is_address(name) else x509.DNSName(name)
            for name in names
        ]
        common_name = names[0] if len(names[0]) <= _LONGEST_COMMON_NAME else None
        entry = self._store.get_cert(common_name, sans)
        return b"".join(each.to_pem() for each in (entry.cert, *entry.chain_certs))

    def _choose(
        self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
    ) -> int | None:
        """Take the certificate of the name that the client asks for (RFC 6066, section 3)."""
        if name is None or name in LOOPBACK_NAMES:
            return None
        try:
            connection.context = self._context((name,))
        except (ValueError, OSError):
            # No name that a certificate can have.
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return None


def _load(confdir: Path) -> "CertStore":
    from mitmproxy.certs import CertStore  # noqa: PLC0415 -- a tenth of a second, in a thread

    try:
        if not confdir.exists():
            _make(confdir)
        store = CertStore.from_store(confdir, _BASENAME, _KEY_BITS)
        if not (certificate := confdir / _CERTIFICATE).exists():
            # A person's own authority: mitmproxy takes it as one file, with its key.
            certificate.write_bytes(store.default_ca.to_pem())
    except (OSError, ValueError, TypeError) as error:
        raise WireError(
            f"the certificate authority in {confdir} cannot be used: {error}; "
            "name another folder with --confdir"
        ) from error
    return store


def _make(confdir: Path) -> None:
    """Make the folder with its authority, whole at once: two proxies may begin to do so together."""
    from mitmproxy.certs import CertStore  # noqa: PLC0415 -- see above

    confdir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{confdir.name}-", dir=confdir.parent) as folder:
        new = Path(folder) / confdir.name
        CertStore.from_store(new, _BASENAME, _KEY_BITS)
        try:
            new.rename(confdir)
        except OSError:
            # The other one was quicker.
            if not confdir.exists():
                raise


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _no_password() -> str:
    """An encrypted key is refused: without this, OpenSSL would ask at the terminal."""
    return ""
