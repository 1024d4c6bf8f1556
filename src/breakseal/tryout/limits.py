"""How many questions one visitor may cause. Who asks is kept as an HMAC under a key that dies with the process."""

from __future__ import annotations

import hmac
import ipaddress
from collections import OrderedDict

from breakseal.kernel.ports import Clock, Entropy

HOUR = 3600
MOST_AN_HOUR = 120
"""Questions an hour for all visitors together; the keyholder lets a client ask 600."""
MOST_VISITORS = 20_000


class Visitors:
    """Counts questions of the last hour, by visitor and in all."""

    def __init__(self, each: int, clock: Clock, entropy: Entropy) -> None:
        self._each = each
        self._clock = clock
        self._key = entropy.token(32)
        self._asked: OrderedDict[bytes, list[int]] = OrderedDict()
        self._all: list[int] = []

    def may_ask(self, address: str) -> bool:
        """Tell whether a question of this visitor goes out, and count it if so."""
        since = self._clock.now() - HOUR
        who = hmac.digest(self._key, network_of(address).encode(), "sha256")
        own = [at for at in self._asked.pop(who, []) if at > since]
        self._asked[who] = own
        self._all = [at for at in self._all if at > since]
        if len(own) >= self._each or len(self._all) >= MOST_AN_HOUR:
            return False
        own.append(self._clock.now())
        self._all.append(self._clock.now())
        if len(self._asked) > MOST_VISITORS:
            self._asked.popitem(last=False)
        return True


def network_of(address: str) -> str:
    """Return what counts as one visitor: an IPv4 address, the first 64 bits of an IPv6 address, or the text itself."""
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
