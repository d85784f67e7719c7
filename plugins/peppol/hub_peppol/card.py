"""The plugin's card: what it was made from, and what has not been tried against the counterparty."""

from __future__ import annotations

from hub.contracts import CONTRACT_VERSION, PluginManifest

SOURCES_OF_RULES = (
    "EN 16931-1:2017, validation artefacts 1.3.16",
    "Peppol BIS Billing 3.0.21, May 2026",
)
SOURCES_OF_ACCESS_POINTS = (
    "Peppyrus API v1, as read from the vendor's client for PHP (tigron) and Tryton's module",
    "Recommand API v1, as read from its published server of April 2026",
    "Qvalia API, api.qvalia.io as of September 2026, as read from a public client tried on its test system",
    "Storecove API v2 (OpenAPI 2.0.1) and its documentation as of July 2026",
    "Maventa AutoXChange API v1, documentation.maventa.com and its published OpenAPI",
)
SOURCES_OF_THE_NETWORK = (
    "Peppol Policy for use of Identifiers 4.4.0, code lists 9.7",
    "Peppol SML 1.3.0, SMP 1.4.0, Business Message Envelope 2.0.2 (UN/CEFACT SBDH 1.3)",
    "Peppol AS4 profile 2.0.3, ebMS 3.0 Core",
)
UNVERIFIED_NETWORK = (
    "No register of the network has been asked and no message been sent by AS4; both were tried on loopback only.",
)
UNVERIFIED_ACCESS_POINTS = (
    "No call has been tried against any access point; the sandboxes are our own.",
    "Peppyrus: names of the folders `sent` and `failed`, and that unconfirmed messages can be listed.",
    "Recommand: which of its failures are for good; every 422 counts as one.",
    "Qvalia: status and 409 of credit notes as of invoices; that the status `error` is final.",
    "Storecove: for how long a GUID is remembered; raw credit notes; what it changes in what it sends anew.",
    "Maventa: the name of the format, and lists in forms and queries (`disabled_routes[]`, `network[]`).",
    "How answers of buyers are fetched from Qvalia and Maventa: they are not.",
)

MANIFEST = PluginManifest(
    name="peppol",
    summary="E-invoices by Peppol BIS Billing 3",
    contract=CONTRACT_VERSION,
    formats=(
        "Peppol BIS Billing 3.0.21 (UBL 2.1)",
        "Invoice Response, Message Level Response, Message Level Status",
        "Svefaktura 1.0",
        "Access points: Peppyrus v1, Recommand v1, Qvalia, Storecove v2, Maventa AutoXChange v1",
    ),
    sources=(*SOURCES_OF_RULES, *SOURCES_OF_ACCESS_POINTS, *SOURCES_OF_THE_NETWORK),
    unverified=(*UNVERIFIED_ACCESS_POINTS, *UNVERIFIED_NETWORK),
)
