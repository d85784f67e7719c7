"""The plugin's table `[plugins.peppol]`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from hub.contracts import PluginSettings
from hub.model.setting_values import CompanyNumber, KronorLimit
from hub_peppol.ubl.endpoints import is_right, read_endpoint


def _endpoint(written: str) -> str:
    endpoint = read_endpoint(written)
    if not is_right(endpoint):
        raise ValueError("no address of Peppol's: write scheme and number, such as 0088:7300010000001")
    return f"{endpoint.scheme}:{endpoint.number}"


class InvoiceFormat(StrEnum):
    """What e-invoices are written in."""

    BIS = "bis"  # Peppol BIS Billing 3
    SVEFAKTURA = "svefaktura"  # 1.0, where buyers have agreed on it


class PeppolSettings(PluginSettings):
    """Settings of making e-invoices and of sending them by Peppol."""

    endpoints: dict[CompanyNumber, Annotated[str, AfterValidator(_endpoint)]] = Field(
        default_factory=dict,
        description="Electronic addresses of companies, by company number; left out: the organisation number (0007).",
    )

    writes: InvoiceFormat = Field(
        default=InvoiceFormat.BIS,
        description="`bis`: Peppol BIS Billing 3; `svefaktura`: Svefaktura 1.0, by agreement, not by Peppol.",
    )

    price_ore: KronorLimit = Field(default=0, alias="price", description="What one document costs, in kronor.")
