"""The outbound gate: which addresses a fetch may reach. Everything else, redirects included, is refused.

A host is resolved once and every address it has must be public; the connection then goes to the checked address, so
that no second answer of a hostile name server can redirect it. Hosts the operator named (a base URL, the practice
site) pass as they are.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import idna

from scrapers.errors import Forbidden, Unreachable

REFUSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


PORTS = (80, 443)


async def resolved(host: str, port: int) -> list[str]:
    """Every address of a host, as this machine is told. OSError, UnicodeError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Gate:
    """allowed: "host:port" or "host" pairs the operator named; those may be private. resolve: who knows addresses."""

    allowed: frozenset[str] = frozenset()
    resolve: Callable[[str, int], Awaitable[list[str]]] = resolved

    def named(self, parts: SplitResult) -> bool:
        """Whether the operator named this host."""
        return parts.netloc.lower() in self.allowed

    async def address(self, url: str) -> str | None:
        """The checked address to connect to, None when the operator named the host. Forbidden, Unreachable."""
        parts = split(url)
        if self.named(parts):
            return None
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port not in PORTS:
            raise Forbidden(f"port {port}")
        try:
            addresses = await self.resolve(host, port)
        except (OSError, UnicodeError) as failure:
            raise Unreachable(f"{host}: {failure}") from failure
        if not addresses or not all(public(address) for address in addresses):
            raise Forbidden(f"{host} is not a public address")
        return addresses[0]


def split(url: str) -> SplitResult:
    """The parts of an http(s) URL without tricks, the host in A-labels; Forbidden otherwise."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises on a port that is no number
    except ValueError as wrong:
        raise Forbidden("no address") from wrong
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or "\\" in url:
        raise Forbidden("only plain http and https addresses")
    return parts if parts.netloc.isascii() else parts._replace(netloc=_ascii(parts))


def _ascii(parts: SplitResult) -> str:
    """The host (and port) as it may stand in a header."""
    try:
        name = idna.encode(parts.hostname or "", uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as wrong:
        raise Forbidden("no host name") from wrong
    return f"{name}:{parts.port}" if parts.port else name


def public(address: str) -> bool:
    """True for an address on the public internet."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    return ip.is_global and not any(ip in net for net in REFUSED if net.version == ip.version)
