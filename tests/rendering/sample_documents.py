"""Our own documents of every kind, and the invented company that sends them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hub.model.company import Company
from hub.model.documents import Document
from hub.rendering import Renderer
from hub.testing.example_tenant import company_settings

SAMPLES = Path(__file__).parent / "samples"
NAMES = tuple(sorted(path.stem for path in SAMPLES.glob("*.json")))
LETTERHEAD: dict[str, Any] = {
    "logo": "nordvik.svg",
    "colour": "#0f4c5c",
    "street": "Kraftgatan 1",
    "postal_code": "60216",
    "city": "Nordvik",
    "phone": "010-000 00 00",
    "email": "kundservice@nordvik.example",
    "website": "nordvik.example",
    "vat_number": "SE556677889901",
    "seat": "Nordvik",
    "bic": "ESSESESS",
    "terms": {
        "sv": "Efter förfallodagen tas dröjsmålsränta ut enligt räntelagen: referensräntan och åtta procentenheter. "
        "För en skriftlig påminnelse tas 60\u00a0kr ut.",
        "en": "After the due date interest is charged by the Swedish Interest Act: the reference rate and eight "
        "percentage points. A written reminder costs SEK 60.",
    },
}
ACCOUNTS = [{"bankgiro": "991-2346", "also": [{"iban": "SE45 5000 0000 0583 9825 7466"}]}]


def company(letterhead: dict[str, Any] | None = None, **changes: Any) -> Company:
    """Return the sender, with changes."""
    settings = company_settings(name="Nordviks Energi AB", payee_accounts=ACCOUNTS)
    return Company.model_validate({**settings, "letterhead": {**LETTERHEAD, **(letterhead or {})}, **changes})


def renderer(letterhead: dict[str, Any] | None = None, **changes: Any) -> Renderer:
    """Return a renderer of the sender's, with changes."""
    return Renderer(company(letterhead, **changes), home=SAMPLES)


def sample(name: str, **changes: Any) -> tuple[Renderer, Document]:
    """Return a sample with the renderer that its letterhead asks for."""
    content = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    document = Document.model_validate({**content["document"], **changes})
    return renderer(content.get("letterhead"), **content.get("company", {})), document
