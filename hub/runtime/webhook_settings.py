"""Settings of the listener for webhooks: `[webhooks]` in hub.toml."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StrictInt, field_validator

_LARGEST_PORT = 65_535


class Place(NamedTuple):
    """An address of this machine and a port."""

    host: str
    port: int

    @property
    def is_own(self) -> bool:
        """Say whether only this machine reaches it."""
        return ip_address(self.host).is_loopback

    @property
    def url(self) -> str:
        """What a reverse proxy on this machine is told."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/webhooks/"


class WebhookSettings(BaseModel):
    """Where and how `hub serve` listens for webhooks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    listen: str = Field(
        default="",
        description="Address and port, such as `127.0.0.1:8080` or `[::1]:8080`; nobody listens when it is left out. "
        "Plain HTTP: a reverse proxy in front of it has the certificate.",
    )
    largest_body_kib: StrictInt = Field(
        default=256,
        ge=1,
        le=16_384,
        description="How many KiB a notice may have at most; a larger one is answered 413.",
    )
    threads: StrictInt = Field(default=8, ge=1, le=64, description="How many notices are taken at once.")
    connections: StrictInt = Field(
        default=100, ge=10, le=10_000, description="How many connections are open at most; others wait for one to end."
    )
    request_timeout_s: StrictInt = Field(
        default=10, ge=1, le=120, description="How long a request may take to come; then its connection is closed."
    )
    answer_within_ms: StrictInt = Field(
        default=700,
        ge=50,
        le=30_000,
        description="How long a notice waits for a busy database; then it is answered 503, and the sender repeats it.",
    )

    @field_validator("listen")
    @classmethod
    def _is_address_and_port(cls, listen: str) -> str:
        if listen:
            place_of(listen)
        return listen

    @property
    def place(self) -> Place:
        """Where it listens. Raises ValueError when it does not."""
        return place_of(self.listen)


def place_of(listen: str) -> Place:
    """Return an address and a port. Raises ValueError when the text is none."""
    host, _, port = listen.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        address = ip_address(bare)
    except ValueError:
        address = None
    is_port = port.isascii() and port.isdecimal() and int(port) <= _LARGEST_PORT
    if address is None or not is_port or (address.version == 6) != (bare != host):
        raise ValueError("write an address of this machine and a port, such as 127.0.0.1:8080")
    return Place(bare, int(port))
