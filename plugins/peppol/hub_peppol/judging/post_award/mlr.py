"""Peppol Message Level Response 3 (transaction T71): what an access point says of a message, before MLS."""

from __future__ import annotations

from hub_peppol.judging.code_list import CodeList
from hub_peppol.judging.node import Node
from hub_peppol.judging.post_award import every_answer
from hub_peppol.judging.post_award.closed_model import Check, Part, closed_model, is_attribute_in, is_one_of
from hub_peppol.judging.rule import Context, Pack, fatal

_ID = "PEPPOL-T71-"
_SPECIFICATION = "urn:fdc:peppol.eu:poacc:trns:mlr:3"
_PROCESS = "urn:fdc:peppol.eu:poacc:bis:mlr:3"

STATUSES = ("AB", "AP", "RE")
FAULTS = ("BV", "BW", "SV")

_ADDRESS_SCHEMES = CodeList("post_award_eas")
_DOCUMENT_TYPES = CodeList("post_award_document_types")
_RESPONSE = "cac:DocumentResponse/cac:Response"
_REFERENCE = "cac:DocumentResponse/cac:DocumentReference"
_ISSUE = "cac:DocumentResponse/cac:LineResponse"
_STATUS = f"{_ISSUE}/cac:Response/cac:Status"


def _party(name: str, needs: str, closed: str, address_needs: str, address_listed: str) -> tuple[Part, Part]:
    scheme = Check(
        address_listed,
        is_attribute_in("schemeID", _ADDRESS_SCHEMES),
        "Use a scheme of the list of electronic addresses (EAS).",
    )
    return (
        Part(name, {needs: "cbc:EndpointID"}, (), closed),
        Part(f"{name}/cbc:EndpointID", {address_needs: "@schemeID"}, (scheme,)),
    )


def _status_code(path: str, listed: str) -> Part:
    check = Check(listed, is_one_of(*STATUSES), f"Use one of the statuses {', '.join(STATUSES)}.")
    return Part(f"{path}/cbc:ResponseCode", checks=(check,))


def _is_of_the_process(root: Node) -> bool:
    return root.value == _PROCESS


_MODEL = closed_model(
    _ID,
    "a Message Level Response",
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
            ("cbc:CustomizationID", "cbc:ID", "cbc:IssueDate", "cbc:IssueTime"),
        ),
        Part("cbc:ProfileID", checks=(Check("B00301", _is_of_the_process, f"Give {_PROCESS} as cbc:ProfileID."),)),
        *_party("cac:SenderParty", "B00701", "B00702", "B00801", "B00802"),
        *_party("cac:ReceiverParty", "B01001", "B01002", "B01101", "B01102"),
        Part("cac:DocumentResponse", {"B01301": "cac:Response", "B01302": "cac:DocumentReference"}, closed="B01303"),
        Part(_RESPONSE, {"B01401": "cbc:ResponseCode"}, (), "B01402", ("cbc:Description",)),
        _status_code(_RESPONSE, "B01501"),
        Part(_REFERENCE, {"B01701": "cbc:ID"}, (), "B01702", ("cbc:ID", "cbc:VersionID")),
        Part(
            f"{_REFERENCE}/cbc:DocumentTypeCode",
            checks=(Check("B01901", lambda code: code.value in _DOCUMENT_TYPES, "Use a document type of UNCL 1001."),),
        ),
        Part(_ISSUE, {"B02101": "cac:LineReference", "B02102": "cac:Response"}),
        Part(f"{_ISSUE}/cac:LineReference", {"B02201": "cbc:LineID"}, (), "B02202", ("cbc:LineID",)),
        Part(
            f"{_ISSUE}/cac:Response",
            {"B02401": "cbc:Description", "B02402": "cac:Status"},
            (),
            "B02403",
            ("cbc:Description",),
        ),
        _status_code(f"{_ISSUE}/cac:Response", "B02501"),
        Part(_STATUS, {"B02701": "cbc:StatusReasonCode"}, (), "B02702"),
        Part(
            f"{_STATUS}/cbc:StatusReasonCode",
            checks=(Check("B02801", is_one_of(*FAULTS), f"Use one of the reasons {', '.join(FAULTS)}."),),
        ),
    ),
)

SPECIFICATION = Context("message level response", "cbc:CustomizationID")

PACK = Pack(
    "Peppol Message Level Response",
    "2026.5",
    contexts=(*every_answer.CONTEXTS, *_MODEL.contexts, SPECIFICATION),
    rules=(
        *every_answer.RULES,
        *_MODEL.rules,
        fatal(
            _ID + "R001",
            SPECIFICATION,
            lambda identifier: identifier.value.startswith(_SPECIFICATION),
            f"Begin cbc:CustomizationID with {_SPECIFICATION}.",
        ),
    ),
    roots=frozenset({"ar:ApplicationResponse"}),
)
