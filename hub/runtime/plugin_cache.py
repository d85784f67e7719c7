"""Built plugins of the tenants that were used last, in one process."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from hub.model.tenant import Tenant
from hub.runtime.config import settings_fingerprint
from hub.runtime.plugins import Contexts, TenantPlugins

MOST_TENANTS_KEPT = 64  # instances are small, but a process may meet thousands of tenants


class _Kept(NamedTuple):
    """The plugins of a tenant, and the settings that they were built from."""

    tenant: Tenant
    fingerprint: str
    plugins: TenantPlugins


class TenantPluginCache:
    """Built plugins of the tenants used last; a tenant whose settings have changed is built anew."""

    def __init__(self, most_kept: int = MOST_TENANTS_KEPT) -> None:
        self._most_kept = most_kept
        self._lock = Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def close(self) -> None:
        """Close what the kept plugins have open."""
        with self._lock:
            for kept in self._kept.values():
                kept.plugins.close()

    def get(self, tenant: Tenant, contexts: Contexts | None = None) -> TenantPlugins:
        """Return a tenant's plugins, built on first use. Raises ConfigurationError as `TenantPlugins.build`."""
        with self._lock:
            kept = self._kept.get(tenant.id)
            if kept is None or kept.tenant is not tenant:  # settings that were read again may be the same
                fingerprint = settings_fingerprint(tenant)
                if kept is None or kept.fingerprint != fingerprint:
                    kept = _Kept(tenant, fingerprint, TenantPlugins.build(tenant, contexts))
                kept = self._kept[tenant.id] = kept._replace(tenant=tenant)
            self._kept.move_to_end(tenant.id)
            while len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)
            return kept.plugins
