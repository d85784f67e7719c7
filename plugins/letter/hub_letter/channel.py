"""The channel: batches of letters are put where the printer takes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from hub.contracts import DeliveryChannel, PluginContext, Promise, RemoteFolder
from hub.errors import OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Message
from hub.model.countries import HOME
from hub.model.delivery import (
    Followed,
    Outgoing,
    Preparation,
    Reach,
    Reachable,
    Recipient,
    RouteStep,
    Silence,
    Unfit,
)
from hub.model.documents import DocumentKind
from hub.transports.file_settings import place_of, remote_folder
from hub_letter.batches import batch_name, batches
from hub_letter.following import Reports
from hub_letter.letters import letter_of
from hub_letter.settings import LetterSettings

_YES = Reach(Reachable.YES)
_NO_NAME = Reach(Reachable.NO, "there is no name to write on an envelope")
_ABROAD = Reach(Reachable.NO, "the debtor is abroad, and letters abroad are switched off")


class LetterChannel:
    """Letters of which nothing is reported: taken is delivered."""

    def __init__(self, settings: LetterSettings, context: PluginContext) -> None:
        self._settings = settings
        self._context = context

    @property
    def name(self) -> str:
        """Always `letter`."""
        return "letter"

    @property
    def promise(self) -> Promise:
        """A batch is named by its bytes: again it is the same file, and the printer prints a name once."""
        return Promise.IDEMPOTENT if self._settings.prints_once else Promise.NEITHER

    @property
    def endpoint(self) -> str:
        """Where batches are put: another printer has had none of them."""
        return place_of(self._settings.out)

    @property
    def step(self) -> RouteStep:
        """Paper."""
        return RouteStep.LETTER

    @property
    def carries(self) -> Collection[DocumentKind]:
        """Every kind: a letter is what every document can be."""
        return frozenset(DocumentKind)

    @property
    def price_ore(self) -> int:
        """By the settings."""
        return self._settings.price_ore

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Everybody who has a name; whether the address will do is seen when the letter is made."""
        return {recipient.key: self._reach(recipient) for recipient in recipients}

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make batches of those that can be sent, in the order given."""
        made = [letter_of(outgoing, self._settings) for outgoing in batch]
        letters = [letter for letter in made if not isinstance(letter, Unfit)]
        unfit = [letter for letter in made if isinstance(letter, Unfit)]
        return Preparation(list(batches(letters, self._settings)), unfit)

    def send(self, message: Message) -> Delivered:
        """Put a batch there under the name of its bytes. Raises as `RemoteFolder.put`."""
        name = batch_name(message.content)
        try:
            self._out.put(f"{name}.zip", message.content)
        except RejectedError:
            if self._out.find(f"{name}.zip") is None:
                raise
            # Nobody else makes this name: an earlier call of ours arrived, and was changed by whoever has it now.
            raise OutcomeUnknownError("a batch of this name is there already, and its content is another") from None
        return Delivered(name)

    def _reach(self, recipient: Recipient) -> Reach:
        if not recipient.name.strip():
            return _NO_NAME
        return _YES if recipient.country == HOME or self._settings.abroad else _ABROAD

    @cached_property
    def _out(self) -> RemoteFolder:
        return remote_folder(self._settings.out, self._context, "out")


class FollowedLetterChannel(LetterChannel):
    """Letters that the printer reports on."""

    @property
    def silent_after_s(self) -> int:
        """By the settings."""
        return self._settings.silent_after_h * 3600

    @property
    def silence(self) -> Silence:
        """A printer that says nothing may have printed nothing."""
        return Silence.ASK_A_PERSON

    def follow(self, cursor: str) -> Followed:
        """Return what the printer has reported. See `FollowedChannel.follow`."""
        return self._reports.follow(cursor)

    @cached_property
    def _reports(self) -> Reports:
        folder = remote_folder(self._settings.acknowledgements, self._context, "acknowledgements")
        return Reports(folder, self._settings.address_codes)


def channels(settings: LetterSettings, context: PluginContext) -> Sequence[DeliveryChannel]:
    """Return the channel, which is followed where the settings say where reports come."""
    kind = FollowedLetterChannel if settings.acknowledgements.is_given else LetterChannel
    return (kind(settings, context),)
