"""Peppol BIS Invoice Response 3 (transaction T111): what a buyer may say of an invoice, and how.

Ids and structure are those of the rules of May 2026.
"""

from __future__ import annotations

from hub_peppol.judging.code_list import CodeList
from hub_peppol.judging.node import Node
from hub_peppol.judging.post_award import every_answer
from hub_peppol.judging.post_award.closed_model import Check, Part, closed_model, is_attribute_in, is_one_of
from hub_peppol.judging.rule import Context, Pack, Predicate, Rule, fatal, warning

_ID = "PEPPOL-T111-"
_PATTERN = "invoice response"
_ACTIONS_PATTERN = "invoice response, lists"

ADDRESS_SCHEMES = CodeList("post_award_eas")
IDENTIFIER_SCHEMES = CodeList("post_award_icd")
DOCUMENT_TYPES = CodeList("post_award_document_types")

STATUSES = ("AB", "AP", "RE", "IP", "UQ", "CA", "PD")
REASONS = ("NON", "REF", "LEG", "REC", "QUA", "DEL", "PRI", "QTY", "ITM", "PAY", "UNR", "FIN", "PPD", "OTH")
ACTIONS = ("NOA", "PIN", "NIN", "CNF", "CNP", "CNA", "OTH")
LISTS = ("OPStatusAction", "OPStatusReason")

_SPECIFICATION = "urn:fdc:peppol.eu:poacc:trns:invoice_response:3"
_PROCESSES = ("urn:fdc:peppol.eu:poacc:bis:invoice_response:3", "urn:peppol:bis:billing_with_response")

_RESPONSE = "cac:DocumentResponse/cac:Response"
_STATUS = f"{_RESPONSE}/cac:Status"
_REFERENCE = "cac:DocumentResponse/cac:DocumentReference"


def _address(party: str, needs: str, listed: str) -> Part:
    scheme = Check(
        listed,
        is_attribute_in("schemeID", ADDRESS_SCHEMES),
        "Use a scheme of the list of electronic addresses (EAS), such as 0007 for Swedish organisation numbers.",
    )
    return Part(f"{party}/cbc:EndpointID", {needs: "@schemeID"}, (scheme,))


def _identification(party: str, needs: str, listed: str) -> tuple[Part, Part]:
    scheme = Check(
        listed,
        is_attribute_in("schemeID", IDENTIFIER_SCHEMES),
        "Use a scheme of the list of identifiers (ISO 6523), or leave schemeID out.",
    )
    path = f"{party}/cac:PartyIdentification"
    return Part(path, {needs: "cbc:ID"}), Part(f"{path}/cbc:ID", {}, (scheme,))


def _legal_entity(party: str, needs: str, closed: str) -> Part:
    name = "cbc:RegistrationName"
    return Part(f"{party}/cac:PartyLegalEntity", {needs: name}, (), closed, (name,))


def _named_party(party: str, needs: str, closed: str, named: str) -> tuple[Part, Part]:
    path = f"cac:DocumentResponse/{party}"
    return (
        Part(path, {needs: "cac:PartyName"}, (), closed),
        Part(f"{path}/cac:PartyName", {named: "cbc:Name"}),
    )


_MODEL = closed_model(
    _ID,
    "an Invoice Response",
    (
        Part(
            "",
            {
                "B00101": "cbc:CustomizationID",
                "B00102": "cbc:ProfileID",
                "B00103": "cbc:ID",
                "B00104": "cbc:IssueDate",
                "B00105": "cac:SenderParty",
                "B00106": "cac:ReceiverParty",
                "B00107": "cac:DocumentResponse",
            },
            (Check("B00108", lambda root: not every_answer.has_schema_location(root), "Leave schemaLocation out."),),
            "B00109",
            ("cbc:CustomizationID", "cbc:ProfileID", "cbc:ID", "cbc:IssueDate", "cbc:IssueTime", "cbc:Note"),
        ),
        Part("cac:SenderParty", {"B00801": "cbc:EndpointID", "B00802": "cac:PartyLegalEntity"}, (), "B00803"),
        _address("cac:SenderParty", "B00901", "B00902"),
        *_identification("cac:SenderParty", "B01101", "B01201"),
        _legal_entity("cac:SenderParty", "B01401", "B01402"),
        Part(
            "cac:SenderParty/cac:Contact",
            closed="B01601",
            knows=("cbc:Name", "cbc:Telephone", "cbc:ElectronicMail"),
        ),
        Part("cac:ReceiverParty", {"B02001": "cbc:EndpointID", "B02002": "cac:PartyLegalEntity"}, (), "B02003"),
        _address("cac:ReceiverParty", "B02101", "B02102"),
        *_identification("cac:ReceiverParty", "B02301", "B02401"),
        _legal_entity("cac:ReceiverParty", "B02601", "B02602"),
        Part("cac:DocumentResponse", {"B02801": "cac:Response", "B02802": "cac:DocumentReference"}, closed="B02803"),
        Part(_RESPONSE, {"B02901": "cbc:ResponseCode"}, (), "B02902", ("cbc:EffectiveDate",)),
        Part(
            f"{_RESPONSE}/cbc:ResponseCode",
            checks=(Check("B03001", is_one_of(*STATUSES), f"Use one of the statuses {', '.join(STATUSES)}."),),
        ),
        Part(_STATUS, closed="B03201", knows=("cbc:StatusReason",)),
        Part(
            f"{_STATUS}/cbc:StatusReasonCode",
            {"B03302": "@listID"},
            (
                Check(
                    "B03301",
                    is_one_of(*REASONS, *ACTIONS),
                    f"Use a reason ({', '.join(REASONS)}) or an action ({', '.join(ACTIONS)}).",
                ),
                Check(
                    "B03303",
                    lambda code: code.attributes.get("listID", LISTS[0]) in LISTS,
                    f"Say which list the code is from: listID is {' or '.join(LISTS)}.",
                ),
            ),
        ),
        Part(
            f"{_STATUS}/cac:Condition",
            {"B03601": "cbc:AttributeID"},
            (),
            "B03602",
            ("cbc:AttributeID", "cbc:Description"),
        ),
        Part(
            _REFERENCE,
            {"B03901": "cbc:ID", "B03902": "cbc:DocumentTypeCode"},
            (),
            "B03903",
            ("cbc:ID", "cbc:IssueDate"),
        ),
        Part(
            f"{_REFERENCE}/cbc:DocumentTypeCode",
            checks=(
                Check(
                    "B04201",
                    lambda code: code.value in DOCUMENT_TYPES,
                    "Use a document type of UNCL 1001, such as 380 for an invoice.",
                ),
            ),
        ),
        *_named_party("cac:IssuerParty", "B04301", "B04302", "B04701"),
        *_identification("cac:DocumentResponse/cac:IssuerParty", "B04401", "B04501"),
        *_named_party("cac:RecipientParty", "B04901", "B04902", "B05301"),
        *_identification("cac:DocumentResponse/cac:RecipientParty", "B05001", "B05101"),
    ),
)


def _needs_a_code(response: Node) -> bool:
    return f" {response.value_of('cbc:ResponseCode')} " in " CA UQ RE "


def _has_code(code: str) -> Predicate:
    return lambda status: any(one.text == code for one in status.each("cbc:StatusReasonCode"))


def _has_list(name: str) -> Predicate:
    return lambda status: any(one.attributes.get("listID") == name for one in status.each("cbc:StatusReasonCode"))


ANSWER_WITH_CODE = Context(_PATTERN, "cac:Response", when=_needs_a_code)
OTHER = Context(_PATTERN, "cac:Status", when=_has_code("OTH"))
SPECIFICATION = Context(_PATTERN, "cbc:CustomizationID")
PARTLY_PAID = Context(_PATTERN, "cac:Status", when=_has_code("PPD"))
PROCESS = Context(_PATTERN, "cbc:ProfileID")
ACTION = Context(_ACTIONS_PATTERN, "cac:Status", when=_has_list("OPStatusAction"))
REASON = Context(_ACTIONS_PATTERN, "cac:Status", when=_has_list("OPStatusReason"))

_RULES: tuple[Rule, ...] = (
    fatal(
        _ID + "R001",
        ANSWER_WITH_CODE,
        lambda response: response.has("cac:Status/cbc:StatusReasonCode"),
        "Say why: CA, UQ and RE need a cac:Status with a cbc:StatusReasonCode.",
    ),
    warning(
        _ID + "R002",
        OTHER,
        lambda status: status.has("cbc:StatusReason"),
        "Say in cbc:StatusReason what the code OTH stands for.",
    ),
    fatal(
        _ID + "R003",
        SPECIFICATION,
        lambda identifier: identifier.value.startswith(_SPECIFICATION),
        f"Begin cbc:CustomizationID with {_SPECIFICATION}.",
    ),
    fatal(
        _ID + "R004",
        PARTLY_PAID,
        lambda status: status.has("cbc:StatusReason"),
        "Say in cbc:StatusReason how much is paid: the code PPD alone does not.",
    ),
    # The official test asks whether a comparison exists, and one always does: the rule is never broken.
    fatal(_ID + "R005", PARTLY_PAID, lambda _status: True, "Use the code PPD with the status PD only."),
    fatal(
        _ID + "R008",
        PROCESS,
        lambda identifier: identifier.value in _PROCESSES,
        f"Give one of these as cbc:ProfileID: {' or '.join(_PROCESSES)}.",
    ),
    fatal(
        _ID + "R006",
        ACTION,
        lambda status: status.value_of("cbc:StatusReasonCode") in ACTIONS,
        f"Use a code of the list OPStatusAction: {', '.join(ACTIONS)}.",
    ),
    fatal(
        _ID + "R007",
        REASON,
        lambda status: status.value_of("cbc:StatusReasonCode") in REASONS,
        f"Use a code of the list OPStatusReason: {', '.join(REASONS)}.",
    ),
)

PACK = Pack(
    "Peppol Invoice Response",
    "2026.5",
    contexts=(
        *every_answer.CONTEXTS,
        *_MODEL.contexts,
        *(ANSWER_WITH_CODE, OTHER, SPECIFICATION, PARTLY_PAID, PROCESS, ACTION, REASON),
    ),
    rules=(*every_answer.RULES, *_MODEL.rules, *_RULES),
    roots=frozenset({"ar:ApplicationResponse"}),
)
