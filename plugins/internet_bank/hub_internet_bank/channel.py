"""The channel `internet_bank`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from hub.contracts import PluginContext
from hub.errors import ConfigurationError, OutcomeUnknownError, TransientError
from hub.model.attempts import Delivered, Message, Promise
from hub.model.delivery import Followed, Outgoing, Preparation, Prepared, Reach, Recipient, RouteStep, Silence, Unfit
from hub.model.documents import DocumentKind
from hub.transports.https import Answer, HttpParty
from hub_internet_bank.fetching import Fetching
from hub_internet_bank.fitness import CARRIED, why_unfit
from hub_internet_bank.hand_off import HandOff, Issuer, RegistrationPage
from hub_internet_bank.neutral import NeutralHandOff
from hub_internet_bank.reaching import reached, reached_by_nothing
from hub_internet_bank.settings import InternetBankSettings

INVOICES, REGISTRATIONS, REPORTS = "invoices", "registrations", "reports"
_FOUND, _CONFLICT = 200, 409
_REFUSED = range(400, 500)


def channel(settings: InternetBankSettings, context: PluginContext) -> InternetBankChannel:
    """Return the channel. Raises ConfigurationError when the address cannot be right."""
    party = HttpParty(settings.address, timeout_s=settings.timeout_s, counts_once=True)
    return InternetBankChannel(settings, context, party)


class InternetBankChannel:
    """Hands invoices to a distributor, who takes them to the banks of those who have registered."""

    def __init__(self, settings: InternetBankSettings, context: PluginContext, party: HttpParty) -> None:
        self._settings = settings
        self._context = context
        self._party = party
        self._hand_off: HandOff = NeutralHandOff()
        self._every = timedelta(minutes=settings.registrations_every_min)
        self._fetching = Fetching(context.state, context.clock, self._registrations, self._every)

    @property
    def name(self) -> str:
        """`internet_bank`."""
        return "internet_bank"

    @property
    def promise(self) -> Promise:
        """By the hand-off, the same bytes under the same key count once."""
        return Promise.IDEMPOTENT

    @property
    def endpoint(self) -> str:
        """The distributor, and the issuer there: another one has had nothing of ours."""
        return f"{self._settings.address} {self._settings.fui} {self._settings.agreement_bankgiro}"

    @property
    def step(self) -> RouteStep:
        """The internet bank."""
        return RouteStep.INTERNET_BANK

    @property
    def carries(self) -> Collection[DocumentKind]:
        """What is a payment to sign."""
        return CARRIED

    @property
    def price_ore(self) -> int:
        """By the settings."""
        return self._settings.price_ore

    @property
    def silent_after_s(self) -> int:
        """By the settings."""
        return self._settings.silent_after_h * 3600

    @property
    def silence(self) -> Silence:
        """Every invoice is reported in the end; one that is not is asked for by a person."""
        return Silence.ASK_A_PERSON

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Say by the register who is reached; what is new in it is fetched first, where anybody is to be looked up.

        Raises:
            TransientError: the distributor does not answer.
            ConfigurationError: it does not let us in, or the agreement is not in the settings.
        """
        self._require_agreement()
        answers = {each.key: answer for each in recipients if (answer := reached_by_nothing(each))}
        asked_about = [each for each in recipients if each.key not in answers]
        return answers | (self._looked_up(asked_about) if asked_about else {})

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make one message of each document."""
        unfit = [Unfit(each.delivery_id, why) for each in batch if (why := why_unfit(each, self._settings))]
        left_out = {each.delivery_id for each in unfit}
        prepared = [
            Prepared((each.delivery_id,), self._hand_off.invoice(self._issuer, each))
            for each in batch
            if each.delivery_id not in left_out
        ]
        return Preparation(prepared, unfit)

    def send(self, message: Message) -> Delivered:
        """Hand an invoice over. Raises as `DeliveryChannel.send`."""
        answer = self._party.post(INVOICES, message.content, self._headers(message.key))
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        external_id = self._hand_off.taken(message.key, answer.content)
        if external_id is None:
            raise OutcomeUnknownError("the distributor's answer is not about this invoice: it may have been taken")
        return Delivered(external_id)

    def follow(self, cursor: str) -> Followed:
        """Return acknowledgements and rejects since a cursor. Raises as `FollowedChannel.follow`."""
        page = self._hand_off.reports(self._asked(REPORTS, cursor).content)
        return Followed(page.receipts, page.cursor, page.has_more)

    def close(self) -> None:
        """Close connections that rest; the next call opens another."""
        self._party.close()

    @property
    def _issuer(self) -> Issuer:
        settings = self._settings
        return Issuer(settings.fui, settings.issuer_orgnr, settings.agreement_bankgiro, settings.ctd)

    def _require_agreement(self) -> None:
        for name in ("fui", "issuer_orgnr", "agreement_bankgiro"):
            if not getattr(self._settings, name):
                raise ConfigurationError("it is not given", where=f"plugins.internet_bank.{name}")

    def _looked_up(self, recipients: Sequence[Recipient]) -> dict[str, Reach]:
        register = self._fetching.catch_up()
        holds_for_s = round(self._every.total_seconds())
        return {each.key: reached(each, register, holds_for_s=holds_for_s) for each in recipients}

    def _registrations(self, cursor: str) -> RegistrationPage:
        return self._hand_off.registrations(self._asked(REGISTRATIONS, cursor).content)

    def _asked(self, folder: str, cursor: str) -> Answer:
        """Ask for a page."""
        answer = self._party.ask(f"{folder}?{urlencode({'after': cursor})}", self._headers(""))
        if answer.status == _FOUND:
            return answer
        refusal = self._party.refusal(answer)
        if isinstance(refusal, ConfigurationError):
            raise refusal
        # In words of our own: those of a refusal are of something that was handed over.
        said = f"the distributor answered {answer.status} to a question"
        raise TransientError(said, retry_after_s=answer.retry_after_s)

    def _refusal(self, answer: Answer) -> Exception:
        closer = self._hand_off.refused(answer.content) if self._is_refused(answer) else None
        return closer or self._party.refusal(answer)

    def _is_refused(self, answer: Answer) -> bool:
        """Say whether the invoice was refused, which is neither "later" nor "perhaps"."""
        return answer.status in _REFUSED and answer.status != _CONFLICT and not answer.says_later

    def _headers(self, key: str) -> Mapping[str, str]:
        return self._hand_off.headers(key, self._context.secret("api_key"))
