"""What an e-invoice says in words where the document does not: in the language of the debtor."""

from __future__ import annotations

from collections.abc import Mapping

from hub.model.documents import Language, VatCategory

ALLOWANCE, CHARGE, COPY, SEAT = "allowance", "charge", "copy", "seat"

WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.SV: {ALLOWANCE: "Rabatt", CHARGE: "Avgift", COPY: "Fakturakopia", SEAT: "Säte"},
    Language.EN: {ALLOWANCE: "Discount", CHARGE: "Charge", COPY: "Copy of an invoice", SEAT: "Seat"},
}

REASONS: Mapping[Language, Mapping[VatCategory, str]] = {
    Language.SV: {
        VatCategory.EXEMPT: "Undantag från skatteplikt",
        VatCategory.REVERSE_CHARGE: "Omvänd betalningsskyldighet",
        VatCategory.EU_GOODS: "Unionsintern varuförsäljning",
        VatCategory.EXPORT: "Export utanför EU",
        VatCategory.OUTSIDE: "Omfattas inte av mervärdesskatt",
    },
    Language.EN: {
        VatCategory.EXEMPT: "Exempt from VAT",
        VatCategory.REVERSE_CHARGE: "Reverse charge",
        VatCategory.EU_GOODS: "Intra-Community supply of goods",
        VatCategory.EXPORT: "Export outside the EU",
        VatCategory.OUTSIDE: "Not subject to VAT",
    },
}
"""Why there is no VAT, where the document does not say (ML 2023:200 chapter 17 wants the reason or a reference)."""

CODES: Mapping[VatCategory, str] = {
    VatCategory.REVERSE_CHARGE: "VATEX-EU-AE",
    VatCategory.EU_GOODS: "VATEX-EU-IC",
    VatCategory.EXPORT: "VATEX-EU-G",
    VatCategory.OUTSIDE: "VATEX-EU-O",
}
"""The code of that reason, where there is one for the category as such."""
