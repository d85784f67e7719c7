"""The inboxes of an installation: a document of one tenant becomes an exchange that came in to another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.company import Company
from hub.model.tenant import Tenant
from hub.services.ports import Store

INBOX_PLUGIN = "internal"  # a tenant has inboxes when it has turned this on
KIND = "inbox_document"


class InstallationInboxes:
    """Inboxes by the settings as they are now; an inbox is called `tenant/company`."""

    def __init__(self, tenants: Mapping[str, Tenant], store_of: Callable[[str], Store], *, sender: str = "") -> None:
        """`sender` is the tenant that puts documents into them."""
        self._tenants = tenants
        self._store_of = store_of
        self._sender = sender

    def of(self, sender: str) -> InstallationInboxes:
        """Return the inboxes as one tenant puts documents into them."""
        return InstallationInboxes(self._tenants, self._store_of, sender=sender)

    def find(self, organisation_numbers: Collection[str]) -> dict[str, str]:
        """Return the inboxes of companies by organisation number; of one that two tenants have, none."""
        found: dict[str, set[str]] = {}
        for name in self._tenants:
            for company in self._companies(name):
                if company.organisation_number in organisation_numbers:
                    found.setdefault(company.organisation_number, set()).add(f"{name}/{company.number}")
        return {number: inboxes.pop() for number, inboxes in found.items() if len(inboxes) == 1}

    def put(self, inbox: str, *, key: str, name: str, content: bytes) -> str:
        """Put a document into an inbox; see `contracts.Inboxes.put`."""
        tenant_name, _, company = inbox.partition("/")
        if tenant_name not in self._tenants or not any(c.number == company for c in self._companies(tenant_name)):
            raise RejectedError("the debtor's inbox is there no more")
        store = self._store_of(tenant_name)
        (kept,) = store.contents.keep_all([content])
        with _in_doubt(), store.write() as work:
            exchange = work.exchanges.by_key(f"inbox:{key}") or work.exchanges.open_once(
                kind=KIND,
                plugin=INBOX_PLUGIN,
                name=name,
                sha256=kept.sha256,
                size=kept.size,
                idempotency_key=f"inbox:{key}",
            )
            if exchange is None:  # somebody else puts it there at this moment
                raise TransientError("the inbox is being written to")
            if exchange.summary is None:
                work.exchanges.change(exchange.number, summary={"sender": self._sender})
        if exchange.sha256 != kept.sha256:
            raise OutcomeUnknownError("the inbox has another document under this key: look at both")
        return str(exchange.number)

    def _companies(self, tenant_name: str) -> tuple[Company, ...]:
        try:
            tenant = self._tenants[tenant_name]
        except (ConfigurationError, KeyError):
            return ()
        return tenant.companies if INBOX_PLUGIN in tenant.plugins else ()


@contextmanager
def _in_doubt() -> Iterator[None]:
    """Take a database that went away for no answer: it may have kept what it was about to keep."""
    try:
        yield
    except TransientError as error:
        raise OutcomeUnknownError(f"whether the document lies in the inbox is not known: {error}") from None
