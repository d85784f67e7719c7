"""Settings of a made-up tenant, North Energy, for tests and trials that need one: one company, one bankgiro number."""

from __future__ import annotations

from typing import Any


def company_settings(*, accounts: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """Return the settings of its company; `accounts` come beside the ledger accounts that every company has."""
    return {
        "number": "1",
        "name": "North Energy AB",
        "organisation_number": "556677-8899",
        "accounts": {
            "bank": "1930",
            "clearing": "1940",
            "suspense": "2990",
            "receivable": "1510",
            "revenue": "3000",
            "write_off": "3740",
            "error_account": "2999",
            **(accounts or {}),
        },
        "payee_accounts": [{"bankgiro": "991-2346"}],
        **changes,
    }


def tenant_settings(*companies: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the settings of the tenant, as `Tenant.model_validate` takes them; without companies it has the one."""
    return {"id": "north", "name": "North Energy", "companies": list(companies or (company_settings(),)), **changes}
