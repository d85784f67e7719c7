"""Sending orders: each at once as a message of its own, or those of a round together as a numbered file.

A message, its number and where its orders stand are written in one transaction, so that an order goes once; the
plugin's channel carries the message in a run of its own, with a row before and after the call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hub.contracts import CollectionAgency
from hub.errors import DataError, RuleViolation
from hub.model.agency_told import Ready
from hub.model.attempts import PlannedMessage
from hub.model.claims import Claim
from hub.model.collection import CaseBatch, CaseOrder, ClosingCode, Manner, OrderKind
from hub.model.collection_cases import CANNOT_BE_TOLD, Case, CaseState, Order, OrderState
from hub.model.exchanges import ExchangeState, NewExchange
from hub.model.tenant import Tenant
from hub.rules.reasons import cut_at_word
from hub.services.attempts import plan_batch
from hub.services.collection.agencies import Agencies
from hub.services.collection.attaching import attached
from hub.services.collection.ending import Ending, end_cases
from hub.services.collection.ordering import case_order, tell, write_anew
from hub.services.ports import UnitOfWork, Work
from hub.texts import storable

MESSAGE_KIND = "agency_message"
ORDERS_IN_FILE = 2_000
MESSAGES_AT_ONCE = 100
CLAIM = "send to agencies"  # two at once: the second looks when the first has written
AGENCY_MISSING = "agency_missing"  # task
FETCH_MESSAGE = "agency_message_to_fetch"  # task
LONGEST_TEXT = 200


class _Prepared(NamedTuple):
    order: Order
    case: Case
    told: CaseOrder


def send_everything(work: Work, tenant: Tenant, agencies: Agencies) -> None:
    """Send all that waits, file by file, as steps of a run."""
    has_more = True
    while has_more:
        has_more = work.step("send_to_agencies", lambda unit, _: _sent(unit, tenant, agencies), {})["has_more"]


def _sent(work: UnitOfWork, tenant: Tenant, agencies: Agencies) -> dict[str, bool]:
    return {"has_more": send_waiting(work, tenant, agencies)}


def send_waiting(work: UnitOfWork, tenant: Tenant, agencies: Agencies, *, at_once_only: bool = False) -> bool:
    """Send some of what waits, in this transaction; say whether more can be sent now."""
    claim_sending(work)
    for group in work.collection_orders.groups():
        agency = agencies.by_name.get(group.agency)
        why = agencies.missing(group.agency, group.organisation_number)
        if agency is None or why:
            message = f"orders wait for {group.agency}: {why}; or recall their cases"
            work.commands.open_task(AGENCY_MISSING, group.agency, message)
            continue
        if agency.manner is Manner.IN_FILES and at_once_only:
            continue
        limit = ORDERS_IN_FILE if agency.manner is Manner.IN_FILES else MESSAGES_AT_ONCE
        orders = work.collection_orders.ready(group, after=0, limit=limit)
        if orders:
            work.commands.close_task(AGENCY_MISSING, group.agency)
            _send_group(work, tenant, agencies, agency, group, orders)
            return True
    return False


def claim_sending(work: UnitOfWork) -> None:
    """Let nobody else send before this transaction ends."""
    work.commands.claim(CLAIM)


def _send_group(
    work: UnitOfWork,
    tenant: Tenant,
    agencies: Agencies,
    agency: CollectionAgency,
    group: Ready,
    orders: Sequence[Order],
) -> None:
    possible, impossible = [], []
    for one in _prepared(work, agencies, group, orders):
        why = storable(agency.why_not(one.told))
        if why:
            impossible.append((one, cut_at_word(why, LONGEST_TEXT)))
        else:
            possible.append(one)
    _cannot_tell(work, tenant, impossible)
    if not possible:
        return
    if agency.manner is Manner.IN_FILES:
        _send_file(work, tenant, agencies, agency, group, possible)
    else:
        _send_each(work, tenant, agencies, agency, group, possible)


def _prepared(work: UnitOfWork, agencies: Agencies, group: Ready, orders: Sequence[Order]) -> list[_Prepared]:
    """Return what can be sent now: who takes a case back meanwhile has it locked, and has dropped its orders."""
    cases = work.collection_cases.lock([order.case_no for order in orders])
    waiting = {order.order_no for order in work.collection_orders.of_cases(list(cases)) if order.waits}
    claims = work.collection_cases.claims(list(cases))
    terms = agencies.terms(group.agency, group.organisation_number)
    return [
        _Prepared(order, case, case_order(order, case, Claim.model_validate_json(claims[case.case_no]), terms))
        for order in orders
        if order.order_no in waiting
        for case in [cases[order.case_no]]
    ]


def _send_file(
    work: UnitOfWork,
    tenant: Tenant,
    agencies: Agencies,
    agency: CollectionAgency,
    group: Ready,
    prepared: Sequence[_Prepared],
) -> None:
    number = work.collection_orders.next_file(group.agency, group.organisation_number)
    key = f"{group.agency}:{group.organisation_number}:{number}"
    batch = _batch(work, agencies, group, key, number, prepared)
    name = f"collection:{key}/{storable(agency.file_name(batch))}"
    documents = attached(work, agency, key, batch.orders)
    ((exchange_no),) = _plan(work, tenant, agencies, agency, key, [(name, agency.write(batch))], documents)
    _note_sent(work, [(one, exchange_no) for one in prepared], number)


def _send_each(
    work: UnitOfWork,
    tenant: Tenant,
    agencies: Agencies,
    agency: CollectionAgency,
    group: Ready,
    prepared: Sequence[_Prepared],
) -> None:
    messages = []
    for one in prepared:
        batch = _batch(work, agencies, group, one.order.order_key, 0, [one])
        messages.append((f"collection:{one.order.order_key}/{storable(agency.file_name(batch))}", agency.write(batch)))
    key = f"{group.agency}:{prepared[0].order.order_no}"
    documents = attached(work, agency, key, [one.told for one in prepared])
    numbers = _plan(work, tenant, agencies, agency, key, messages, documents)
    _note_sent(work, list(zip(prepared, numbers, strict=True)), 0)


def _batch(
    work: UnitOfWork, agencies: Agencies, group: Ready, key: str, number: int, prepared: Sequence[_Prepared]
) -> CaseBatch:
    terms = agencies.terms(group.agency, group.organisation_number)
    return CaseBatch(key, number, work.today, terms, tuple(one.told for one in prepared))


def _plan(
    work: UnitOfWork,
    tenant: Tenant,
    agencies: Agencies,
    agency: CollectionAgency,
    key: str,
    messages: Sequence[tuple[str, bytes]],
    documents: Sequence[PlannedMessage],
) -> list[int]:
    """Let the channel carry messages, or keep them for a person where there is none; return their exchanges.

    Documents go first: what a claim names lies there when it comes.
    """
    kept = [(name, work.contents.keep(content)) for name, content in messages]
    if not agency.channel:
        return _keep_for_person(work, agency, [NewExchange(MESSAGE_KIND, "", n, k.sha256, k.size, n) for n, k in kept])
    planned = [*documents, *(PlannedMessage(name, one.sha256, one.size, MESSAGE_KIND) for name, one in kept)]
    plan_batch(work, tenant.id, agency.channel, f"collection:{key}", planned, plugin=agencies.plugin_of(agency))
    attempts = {one.message: one.exchange_no for one in work.attempts.of_messages([name for name, _ in kept])}
    return [attempts[name] for name, _ in kept]


def _keep_for_person(work: UnitOfWork, agency: CollectionAgency, messages: Sequence[NewExchange]) -> list[int]:
    numbers = work.exchanges.open_outgoing(messages)
    for number in numbers:
        reason = f"a person hands it to {agency.name}"
        work.exchanges.change(number, state=ExchangeState.DELIVERED, reason=reason)
        message = f"hand exchange {number} to {agency.name}: save it by hub exchanges content {number} --to FILE"
        work.commands.open_task(FETCH_MESSAGE, str(number), message)
    return numbers


def _note_sent(work: UnitOfWork, sent: Sequence[tuple[_Prepared, int]], file_no: int) -> None:
    work.collection_orders.change(
        one.order._replace(state=OrderState.SENT, exchange_no=exchange_no, file_no=file_no) for one, exchange_no in sent
    )


def _cannot_tell(work: UnitOfWork, tenant: Tenant, impossible: Sequence[tuple[_Prepared, str]]) -> None:
    """A claim that the agency cannot take never was one; anything else a person tells in another way."""
    work.collection_orders.change(
        one.order._replace(state=OrderState.IMPOSSIBLE, text=text) for one, text in impossible
    )
    refused = [(one, text) for one, text in impossible if _is_first_claim(one)]
    rejected = ClosingCode.REJECTED_BY_AGENCY
    end_cases(work, tenant, [Ending(one.case, rejected, CaseState.REFUSED) for one, _ in refused])
    for one, text in refused:
        tell(work, "case_refused", one.case, text=text)
    asked = [(str(one.order.order_no), _by_hand(one, text)) for one, text in impossible if not _is_first_claim(one)]
    work.commands.open_each(CANNOT_BE_TOLD, asked)


def _is_first_claim(one: _Prepared) -> bool:
    return one.told.kind is OrderKind.CLAIM and one.case.claim_version == 1


def _by_hand(one: _Prepared, text: str) -> str:
    return (
        f"case {one.case.claim_id} at {one.case.agency}: {one.order.kind} cannot be told by a message ({text}); tell "
        f"the agency, then: hub collection told {one.case.case_no} {one.order.order_no}"
    )


def send_file_again(work: UnitOfWork, exchange_no: int) -> list[Order]:
    """Let what a message tells of open cases go in another one, where it certainly did not arrive.

    What was to be told of a case that has ended meanwhile is dropped: its claim would open the case anew over there.

    Raises:
        DataError: the exchange carries no orders.
        RuleViolation: it may have arrived, or may still; or every case of it has ended.
    """
    orders = work.collection_orders.of_exchanges([exchange_no])
    if not orders:
        raise DataError(f"exchange {exchange_no} carries nothing to an agency; see: hub collection case NO")
    exchange = work.exchanges.get(exchange_no)
    if exchange.state != ExchangeState.UNDELIVERED:
        raise RuleViolation(
            f"exchange {exchange_no} is {exchange.state}: it may reach the agency, and cases would be told twice; find "
            "out first, and say so by hub attempts decide"
        )
    cases = work.collection_cases.lock([order.case_no for order in orders])
    live = [order for order in orders if cases[order.case_no].is_open]
    if not live:
        raise RuleViolation(f"every case that exchange {exchange_no} tells of has ended: hand over anew what is owed")
    work.exchanges.let_go([exchange_no])
    work.collection_orders.change(order._replace(state=OrderState.DROPPED) for order in orders if order not in live)
    in_file = [order for order in live if order.file_no]
    again = [order._replace(state=OrderState.WAITING, exchange_no=None, file_no=0) for order in in_file]
    work.collection_orders.change(again)
    return [*again, *write_anew(work, [order for order in live if not order.file_no], cases)]
