"""What the adapter asks and the sandbox answers, held against Kivra's own OpenAPI document.

The document lets every object have more fields than it names, so here it is read more strictly: a field that it does
not name is wrong. Where it leads to a part that is not beside it, the schema that part names is used.
"""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from hub.errors import RejectedError
from hub.loopback.http_server import Request, Response
from hub.model.attempts import Message
from hub.model.delivery import Recipient
from hub.model.documents import DocumentKind
from hub.model.parties import DebtorClass
from hub_kivra.sandbox_notices import declined_notice, headers_of, payment_notice
from hub_kivra.settings import PRODUCTION, TRIALS

PUBLISHED = Path(__file__).parents[4] / "shared" / "specs" / "kivra-openapi.yml"
CONTENT = "/v2/tenant/{tenantKey}/content"
PERSON = Recipient("p", identity="191212121212")
COMPANY = Recipient("c", identity="5566778899", debtor_class=DebtorClass.COMPANY)


@cache
def interface() -> dict[str, Any]:
    return yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _published():
    if not PUBLISHED.exists():
        pytest.skip("Kivra's OpenAPI document is not beside the checkout")


def strict(schema: Any) -> Any:
    """Close every object that names its properties."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(part) for name, part in schema.items() if name not in ("example", "examples")}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


@cache
def components() -> dict[str, Any]:
    """Return the schemas, closed. A company's files are described by what is answered of them, not by what is sent."""
    schemas = copy.deepcopy(interface()["components"]["schemas"])
    schemas["Content_company"]["properties"]["parts"] = {"$ref": "#/components/schemas/sent_parts"}
    schemas["sent_parts"] = {"type": "array", "items": {"$ref": "#/components/schemas/Parts_Responsive"}}
    return {"schemas": strict(schemas)}


def wrong_with(schema: Any, instance: Any) -> list[str]:
    validator = Draft202012Validator({**strict(schema), "components": components()})
    return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in validator.iter_errors(instance)]


def wrong_with_request(request: Request) -> list[str]:
    """Return what is wrong with a request by the document."""
    path = next(path for path in interface()["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path))
    body = json.loads(request.body)
    if path == CONTENT:
        name = "Content_company" if "vat_number" in body else "Content_user_v2"
        return wrong_with({"$ref": f"#/components/schemas/{name}"}, body)
    operation = interface()["paths"][path][request.method.lower()]
    return wrong_with(operation["requestBody"]["content"]["application/json"]["schema"], body)


def wrong_with_answer(request: Request, response: Response) -> list[str]:
    """Return what is wrong with an answer by the document."""
    said = json.loads(response.body)
    if response.status >= 400:
        return wrong_with({"$ref": "#/components/schemas/BasicErrorResponse"}, said)
    if request.path.endswith("/content"):
        missing = {"kivra-objkey", "location"} - set(response.headers)
        return [
            *(f"header {name}" for name in missing),
            *(name for name in said if name not in json.loads(request.body)),
        ]
    path = next(path for path in interface()["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path))
    answer = interface()["paths"][path][request.method.lower()]["responses"][response.status]
    return wrong_with(answer["content"]["application/json"]["schema"], said)


@pytest.fixture
def calls(sandbox) -> list[tuple[Request, Response]]:
    """Keep what goes to and fro, tokens aside: the document only says where they are got."""
    kept: list[tuple[Request, Response]] = []
    answer = sandbox.service.answer

    def watched(request, fault):
        response = answer(request, fault)
        if request.path != "/v1/auth":
            kept.append((request, response))
        return response

    sandbox.service.answer = watched
    return kept


def check(calls: list[tuple[Request, Response]]) -> None:
    assert [wrong for request, _ in calls for wrong in wrong_with_request(request)] == []
    assert [wrong for request, response in calls for wrong in wrong_with_answer(request, response)] == []


@pytest.mark.parametrize("recipient", [PERSON, COMPANY], ids=["person", "company"])
@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_of_document_is_sent_as_described(calls, channel, message, kind, recipient):
    channel.send(message(kind, recipient=recipient))

    assert [response.status for _, response in calls] == [201]
    check(calls)


@pytest.mark.parametrize("alias", ["1231231234", "disable"])
@pytest.mark.parametrize("account", ["bankgiro:5050-1055", "plusgiro:96 90 01-7"])
def test_every_way_to_pay_is_as_described(calls, connect, outgoing, account, alias):
    channel = connect(swish_alias=alias)
    attachment = {"name": "villkor.pdf", "content": "JVBERi0xLjc="}
    batch = [
        outgoing(payee_account=account, reference=reference, attachments=[attachment])
        for reference in ("657866", "F-1")
    ]
    for at, prepared in enumerate(channel.prepare(batch).prepared):
        channel.send(Message(f"k{at}", prepared.content))

    assert len(calls) == 2
    check(calls)


def test_questions_and_their_answers_are_as_described(calls, sandbox, channel):
    sandbox.opt_out("201212121212")
    channel.reach([PERSON, COMPANY, Recipient("o", identity="201212121212")])

    assert {request.path.rpartition("/")[2] for request, _ in calls} == {"ssn", "vatnr"}
    check(calls)


def test_refusals_are_as_described(calls, sandbox, channel, message):
    sandbox.order("opted_out")
    sandbox.order("expired_token")
    with pytest.raises(RejectedError):
        channel.send(message())
    sandbox.service.opted_out.clear()
    channel.send(message())

    assert [response.status for _, response in calls] == [403, 200, 401, 201]
    check(calls)


def test_the_place_to_get_tokens_is_the_published_one(told, told_channel, message):
    flow = interface()["components"]["securitySchemes"]["oAuth2Client"]["flows"]["clientCredentials"]
    told_channel.send(message())

    assert flow["tokenUrl"] == f"https://sender.api.kivra.com{told.asked_of('auth')[0].path}"


def test_the_address_in_the_settings_is_the_published_one():
    assert [server["url"] for server in interface()["servers"]] == [PRODUCTION, f"https://{TRIALS}"]


@pytest.mark.parametrize("make", ["settled", "scheduled", "failed", "declined"])
def test_notices_of_the_sandbox_are_as_described(sandbox, channel, message, make):
    channel.send(message())
    (taken,) = sandbox.service.log.all()
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    notice = declined_notice(taken, at) if make == "declined" else payment_notice(taken, make, at)
    operation = interface()["webhooks"]["payment.webhook"]["post"]
    needed = {parameter["name"] for parameter in operation["parameters"] if parameter["required"]}

    assert wrong_with(operation["requestBody"]["content"]["application/json"]["schema"], json.loads(notice.body)) == []
    assert needed <= set(headers_of(notice, sandbox.webhook_secrets, 1))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made.pop("subject"),
        lambda made: made.update(unknown=1),
        lambda made: made["parts"][0].pop("data"),
        lambda made: made["payment_multiple_options"].update(payable=False),
        lambda made: made["payment_multiple_options"].update(method=1),
        lambda made: made["payment_multiple_options"].pop("account"),
        lambda made: made["payment_multiple_options"]["options"][0].update(amount=125),
        lambda made: made["payment_multiple_options"]["options"][0].update(type="OCR"),
        lambda made: made["payment_multiple_options"]["options"][0].update(ocr="1"),
    ],
)
def test_the_comparison_can_fail(message, spoil):
    made = json.loads(message().content)
    schema = {"$ref": "#/components/schemas/Content_user_v2"}
    assert wrong_with(schema, made) == []

    spoil(made)
    assert wrong_with(schema, made) != []
