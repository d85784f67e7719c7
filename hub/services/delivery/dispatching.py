"""Documents that take a channel: printed once, made into messages, and planned in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import DocumentChannel
from hub.errors import TransientError
from hub.model.attempts import PlannedMessage
from hub.model.deliveries import DocumentState, DocumentStep, StepOutcome
from hub.model.delivery import Unfit
from hub.model.tenant import Tenant
from hub.rules.delivery.recipients import says_otherwise
from hub.services.attempts import CLAIM, plan_batch
from hub.services.delivery.kept import UNREADABLE
from hub.services.delivery.loading import Loaded, address_sha256, refused_by
from hub.services.delivery.preparing import outgoing_of, prepared_by
from hub.services.delivery.printing import Printing
from hub.services.delivery.reaching import Reaching
from hub.services.delivery.registered import registered_debtors
from hub.services.delivery.standing import Mended, hold, stand
from hub.services.delivery.steps import skipped_steps, step_on
from hub.services.delivery.way_finding import Routed
from hub.services.ports import Store, UnitOfWork, Work

MESSAGE_KIND = "document"


class Dispatcher:
    """Sends documents of one tenant on their way."""

    def __init__(self, store: Store, tenant: Tenant, printing: Printing, reaching: Reaching) -> None:
        self._store = store
        self._tenant = tenant
        self._tenant_name = tenant.id
        self._printing = printing
        self._reaching = reaching

    def dispatch(self, work: Work, channel: DocumentChannel, plugin: str, documents: Sequence[Routed]) -> list[Loaded]:
        """Plan the messages of a channel; return the documents that it cannot carry, for their next one.

        Raises:
            TransientError: somebody has changed one of them meanwhile: nothing was planned.
            LedgerError: the channel is broken.
        """
        printed, unprintable = self._printing.print(work, documents)
        outgoing = [outgoing_of(self._tenant_name, channel.name, one, self._reaching) for one in printed]
        prepared, unfit = prepared_by(channel, outgoing)
        by_id = {out.delivery_id: one.routed for out, one in zip(outgoing, printed, strict=True)}
        kept = self._store.contents.keep_all([message.content for message in prepared])
        names = [f"{channel.name}:{message.delivery_ids[0]}" for message in prepared]
        planned = [PlannedMessage(name, k.sha256, k.size, MESSAGE_KIND) for name, k in zip(names, kept, strict=True)]
        carried = [[by_id[delivery_id] for delivery_id in message.delivery_ids] for message in prepared]
        with work.write() as unit:
            unit.commands.claim(CLAIM)  # before documents are held, as by all who change them with their messages
            refuse_changed(unit, self._tenant, documents)
            for routed, why in unprintable:
                mended = Mended.HERE if why == UNREADABLE else Mended.IN_DOCUMENT
                hold(unit, routed.loaded.row, why, mended=mended)
            if planned:
                plan_batch(unit, self._tenant_name, channel.name, planned[0].message, planned, plugin=plugin)
                self._let_stand(unit, channel, planned, carried)
            return self._pass_on(unit, channel.name, [(by_id[refusal.delivery_id], refusal) for refusal in unfit])

    def _let_stand(
        self,
        work: UnitOfWork,
        channel: DocumentChannel,
        planned: Sequence[PlannedMessage],
        carried: Sequence[Sequence[Routed]],
    ) -> None:
        """Write of each document that it is on the channel, and in which message."""
        exchanges = {a.message: a.exchange_no for a in work.attempts.of_messages([p.message for p in planned])}
        steps: list[DocumentStep] = []
        for message, documents in zip(planned, carried, strict=True):
            for loaded, route in documents:
                sending = loaded.row._replace(
                    state=DocumentState.SENDING,
                    reason="",
                    channel=channel.name,
                    exchange_no=exchanges[message.message],
                    price_ore=loaded.row.price_ore + channel.price_ore,
                    due_at="",
                )
                stand(work, sending, was=loaded.row)
                address = address_sha256(channel, loaded.document, loaded.recipient)
                if channel.name in loaded.facts.bad_addresses:  # a person has it tried: if it works, all may use it
                    work.recipients.forgive_address(channel.name, address)
                steps += skipped_steps(self._tenant_name, loaded, route)
                steps.append(
                    step_on(self._tenant_name, loaded, channel.name)._replace(
                        outcome=StepOutcome.SENDING,
                        reason=route.next.reason if route.next is not None else "",
                        exchange_no=sending.exchange_no,
                        price_ore=channel.price_ore,
                        address_sha256=address,
                    )
                )
        work.documents.keep_steps(steps)

    def _pass_on(self, work: UnitOfWork, channel: str, refused: Sequence[tuple[Routed, Unfit]]) -> list[Loaded]:
        """Write why the channel cannot carry documents; return those that another one may."""
        going_on, steps = [], []
        for (loaded, route), refusal in refused:
            step = step_on(self._tenant_name, loaded, channel)
            step = step._replace(outcome=StepOutcome.REFUSED, reason=refusal.reason)
            steps += [*skipped_steps(self._tenant_name, loaded, route), step]
            if refusal.is_for_a_person:
                hold(work, loaded.row, f"{channel}: {refusal.reason}", mended=Mended.IN_EITHER)
                continue
            going_on.append(refused_by(loaded, channel, refusal.reason)._replace(steps=[*loaded.steps, step]))
        work.documents.keep_steps(steps)
        return going_on


def refuse_changed(work: UnitOfWork, tenant: Tenant, documents: Sequence[Routed]) -> None:
    """Hold documents until the transaction ends.

    Raises:
        TransientError: one, or what the register says of its debtor, is no longer as it was loaded.
    """
    rows = {one.loaded.row.document_no: one.loaded.row for one in documents}
    for held in work.documents.hold_all(list(rows)):
        if (held.state, held.changed_at) != (rows[held.document_no].state, rows[held.document_no].changed_at):
            raise TransientError("a document was changed while its message was made", retry_after_s=0)
    loaded = [one.loaded for one in documents]
    now = registered_debtors(work, tenant, [one.document for one in loaded])
    if any(says_otherwise(said, one.registered) for said, one in zip(now, loaded, strict=True)):
        raise TransientError("what is known of a debtor changed while a message was made", retry_after_s=0)
