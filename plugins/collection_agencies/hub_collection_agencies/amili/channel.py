"""The channel to Amili's API. It keeps no key of ours: a lost answer is looked up by what the request said."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hub.contracts import PluginContext, Promise
from hub.errors import FormatError, OutcomeUnknownError, RejectedError
from hub.formats.json_writing import Bare, Json, written
from hub.model.attempts import Delivered, Finding, Message, Probed
from hub_collection_agencies.amili.calls import AmiliApi
from hub_collection_agencies.amili.settings import AmiliSettings
from hub_collection_agencies.amili.translate import CANCELLATIONS, CREDITINGS, PAYMENTS, REGISTRATIONS
from hub_collection_agencies.amili.wire import Values, object_in, text_of

CHANNEL = "amili"
MARGIN_S = 60
_REFERENCES = {PAYMENTS: "creditor_payment_reference", CREDITINGS: "creditor_reference"}


class AmiliChannel:
    """Requests, each once."""

    def __init__(self, settings: AmiliSettings, context: PluginContext) -> None:
        self._settings = settings
        self._context = context
        self._api = AmiliApi(settings, context)

    @property
    def name(self) -> str:
        """Always `amili`."""
        return CHANNEL

    @property
    def promise(self) -> Promise:
        """What was taken can be looked up: registrations by invoice number, the rest by references of ours."""
        return Promise.QUERYABLE

    @property
    def endpoint(self) -> str:
        """Where requests go, and for which account."""
        return f"{self._settings.address} {self._settings.account}"

    @property
    def settled_after_s(self) -> int:
        """The longest call and a margin."""
        return int(self._settings.timeout_s) + MARGIN_S

    def send(self, message: Message) -> Delivered:
        """Post a request. Raises as `DeliveryChannel.send`."""
        said = _said(message)
        if said["resource"] == REGISTRATIONS:
            self._note_earlier(message.key, said)
        answer = self._api.submit(said["resource"], _bare(said["body"]))
        try:
            taken = object_in(answer.content)
        except FormatError:
            taken = {}
        if not text_of(taken, "_id"):
            raise OutcomeUnknownError("Amili's answer names nothing that it took: it is looked up")
        return Delivered(text_of(taken, "_id"), answer=_answer(said, answer.content))

    def probe(self, key: str) -> Probed:
        """Amili keeps no key of ours: see `probe_message`."""
        del key
        return Probed(Finding.UNKNOWN)

    def probe_message(self, message: Message) -> Probed:
        """Look up what a request said. See `ContentQueryableChannel.probe_message`."""
        said = _said(message)
        earlier = self._earlier(message.key)
        found = [item for item in self._looked_up(said) if text_of(item, "_id") not in earlier]
        if not found:
            return Probed(Finding.NOT_DELIVERED)
        if len(found) > 1:
            return Probed(Finding.UNKNOWN)
        return Probed(Finding.DELIVERED, text_of(found[0], "_id"), _answer(said, _dumped(found[0])))

    def _looked_up(self, said: Values) -> list[Values]:
        resource, body = said["resource"], said["body"]
        where: dict[str, Json] = {"creditor": text_of(body, "creditor")}
        if resource == REGISTRATIONS:
            where["debts.invoice_number"] = said["invoice_no"]
        elif resource == CANCELLATIONS:
            name = "case" if "case" in body else "invoice_number"
            where[name] = text_of(body, name)
        else:
            where[_REFERENCES[resource]] = text_of(body, _REFERENCES[resource])
        return [item for page in self._api.pages(resource, where, sort="_created") for item in page.items]

    def _note_earlier(self, key: str, said: Values) -> None:
        """Remember registrations of the invoice from before: a case that was recalled may be handed over again."""
        earlier = [text_of(item, "_id") for item in self._looked_up(said)]
        if earlier and self._context.state.get(_noted(key)) is None:
            self._context.state.put(_noted(key), json.dumps(earlier), expected_version=None)

    def _earlier(self, key: str) -> list[str]:
        kept = self._context.state.get(_noted(key))
        return [] if kept is None else list(json.loads(kept[0]))


def _noted(key: str) -> str:
    return f"amili:registered_before:{key}"


def _said(message: Message) -> Values:
    try:
        said = object_in(message.content)
    except FormatError:
        said = {}
    if text_of(said, "resource") not in (REGISTRATIONS, PAYMENTS, CREDITINGS, CANCELLATIONS) or "body" not in said:
        raise RejectedError("the message is none that this plugin has written for Amili")
    return said


def _bare(value: object) -> Mapping[str, Json]:
    """Return what was read as what is written: the same numbers, digit by digit."""
    bare = _as_json(value)
    assert isinstance(bare, Mapping)  # a body is an object
    return bare


def _as_json(value: object) -> Json:
    if isinstance(value, Mapping):
        return {name: _as_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    return value if value is None or isinstance(value, str | bool) else Bare(str(value))


def _dumped(item: Values) -> bytes:
    return written(_as_json(item)).encode()


def _answer(said: Values, content: bytes) -> bytes:
    """Return an answer with what it is about, to be read later; the answer itself stays as it came."""
    about = {name: text_of(said, name) for name in ("resource", "order_key", "claim_id", "invoice_no")}
    return b'{"answer_to": ' + json.dumps(about).encode() + b', "answer": ' + (content or b"{}") + b"}\n"
