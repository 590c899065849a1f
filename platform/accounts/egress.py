"""A connection to a host that somebody else has named: over https, and at a public address alone."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl


class PublicConnection(http.client.HTTPSConnection):
    """Refuses a host of which any address is inside a network, and reaches the very address it has looked at.

    Looked up a second time, a name may mean another address.

    Raises:
        OSError: when it connects; also where an address is not a public one.
    """

    def connect(self) -> None:
        """Reach the host; its certificate must be good for its name."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = [str(address[0]) for *_, address in found]
        if inside := [address for address in addresses if not _public(address)]:
            raise OSError(f"{self.host} is at {', '.join(inside)}, which is no public address")
        reached = socket.create_connection((addresses[0], self.port), self.timeout)
        try:
            self.sock = ssl.create_default_context().wrap_socket(reached, server_hostname=self.host)
        except OSError:
            reached.close()
            raise


def _public(address: str) -> bool:
    known = ipaddress.ip_address(address)
    return known.is_global and not known.is_multicast
