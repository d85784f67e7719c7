"""What Svefaktura calls things: banks of giro numbers, references, tax schemes, and why there is no tax."""

from __future__ import annotations

from collections.abc import Mapping

from hub.model.documents import Language, VatCategory
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.payments import BRANCHES
from hub_peppol.ubl.words import REASONS

BANKS: Mapping[str, str] = {BRANCHES["bankgiro"]: "BGABSESS", BRANCHES["plusgiro"]: "PGSISESS"}
"""The BIC that stands for a giro, by the branch that BIS Billing 3 has for it."""

CONTRACT, OTHER_REFERENCE, ATTACHMENT, SFTI = "CT", "ACD", "ATS", "SFTI"
ORGANISATION, VAT = "SWT", "VAT"
F_TAX = "F-skattebevis finns"
PIECE = "C62"
PAYMENT_MEANS = "1"
OTHER_REASON = "ZZZ"
EXEMPT = VatCategory.EXEMPT.value

NO_RATE: Mapping[Language, str] = {Language.SV: "Skattesats 0 procent", Language.EN: "Zero rated"}
DRAWN: Mapping[Language, str] = {
    Language.SV: "Beloppet dras från ert konto.",
    Language.EN: "The amount is drawn from your account.",
}

CATEGORIES: Mapping[str, VatCategory] = {
    **{reason: category for reasons in REASONS.values() for category, reason in reasons.items()},
    **dict.fromkeys(NO_RATE.values(), VatCategory.ZERO),
}
"""Categories of VAT by what we say of them: the format itself knows S and E alone."""


def described(line: Values) -> Values:
    """Return a line whose text is its note where it has no other: what is sold is then said there alone."""
    text, note = line.get("text", ""), line.get("note", "")
    return {**line, "text": text or note, "note": note if text else ""}
