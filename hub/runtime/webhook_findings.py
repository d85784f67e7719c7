"""Whether webhooks have somebody who listens, and listeners somebody who takes them."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import HubError
from hub.runtime.bootstrap import Installation
from hub.runtime.config import listed
from hub.runtime.findings import Finding, Health

WHAT = "webhooks"


def webhook_findings(installation: Installation, tenant: str | None = None) -> Iterator[Finding]:
    """Find where `hub serve` listens and for whom; nothing when there is neither."""
    settings = installation.home.config.webhooks
    receivers = _receivers(installation, tenant)
    if not settings.listen:
        if receivers:
            text = f"nobody listens for {listed(receivers)}: set webhooks.listen in hub.toml, for hub serve"
            yield Finding(Health.LOOK, WHAT, text)
        return
    if not receivers:
        text = f"hub serve listens at {settings.place.url}, and no tenant's plugins take notices"
        yield Finding(Health.LOOK, WHAT, text)
        return
    yield Finding(Health.OK, WHAT, f"hub serve takes them at {settings.place.url}: {listed(receivers)}")
    if not settings.place.is_own:
        text = "other machines reach the listener, which speaks plain HTTP: let none but the reverse proxy come to it"
        yield Finding(Health.LOOK, WHAT, text)


def _receivers(installation: Installation, tenant: str | None) -> list[str]:
    """Return tenants with their receivers as they stand in a path; a tenant that cannot be read has its own finding."""
    found = []
    for name in [tenant] if tenant else installation.home.tenants:
        try:
            found += [f"{name}/{receiver}" for receiver in installation.tenant(name).plugins.webhook_receivers]
        except HubError:
            continue
    return found
