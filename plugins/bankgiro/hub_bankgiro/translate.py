"""The manual's words into the hub's: references, payers, time stamps."""

from __future__ import annotations

from datetime import datetime

from hub.model.payment_file import Key, PayeeAccount, Payer, Payment, ReferenceQuality
from hub_bankgiro.codes import CHANNELS, DEDUCTION_CODES

make = tuple.__new__
CURRENT_CHANNELS = {
    "electronic_supplier_payments": "electronic",  # for the payee the same as from the bank
}
CHANNEL_NAMES = {code: CURRENT_CHANNELS.get(name, name) for code, name in CHANNELS.names.items()} | dict.fromkeys(
    "056789", ""
)  # reserved: reported, and without a name
REMAINDERS = DEDUCTION_CODES.names
QUALITIES = dict.fromkeys("0123456789", ReferenceQuality.GIVEN) | {
    "2": ReferenceQuality.CHECKED,
    "4": ReferenceQuality.CHECKED,
}
NO_SERIAL = ("", "0" * 12, " " * 12)  # Autogiro and Kivra state none
NO_IDENTITY = frozenset("0" * length for length in range(13))


def quality_of(reference_code: str, reference: str) -> ReferenceQuality:
    """Say how much Bankgirot vouches for a reference: codes 2 and 4 are correct ones."""
    return QUALITIES[reference_code] if reference else ReferenceQuality.NONE


def keys_of(serial: str) -> tuple[Key, ...]:
    """Return the BGC serial number (*BGC-löpnummer*), unique for two years, as the payment's key."""
    return () if serial in NO_SERIAL else (Key("bgc_serial", serial),)


def plain_payment(tile: tuple[str, ...], line: int, currency: str) -> Payment:
    """Return the payment of one match of `PLAIN_PAYMENT`, whose groups are the raw fields.

    `tuple.__new__` makes the same NamedTuple as calling its class, in a third of the time; that counts in millions.
    """
    (sender, reference, amount, code, channel, serial, _image, text, name, extra_name, street, postcode, town, country,
     country_code, identity, _record) = tile  # fmt: skip
    reference = reference.strip()
    return make(
        Payment,
        (
            line,
            1,
            int(amount),
            currency,
            None,
            reference,
            QUALITIES[code] if reference else ReferenceQuality.NONE,
            (),
            (text.strip(),) if text else (),
            payer_of(sender, name, extra_name, street, postcode, town, country, country_code, identity),
            () if serial in NO_SERIAL else (make(Key, ("bgc_serial", serial)),),
            CHANNEL_NAMES[channel],
            None,
            "",
        ),
    )


def payer_of(
    sender: str,
    name: str,
    extra_name: str,
    street: str,
    postcode: str,
    town: str,
    country: str,
    country_code: str,
    identity: str,
) -> Payer | None:
    """Return the payer, or None when neither account nor name, address or number is known.

    All arguments are the raw fields without blanks around digits, or empty where the record is missing. The country is
    named by its text, or by its code when there is none.
    """
    account = sender.lstrip("0")
    name = name.strip()
    if extra_name and not extra_name.isspace():
        name = f"{name} {extra_name.strip()}".lstrip()
    address = address_of(street, postcode, town, country, country_code) if street or town else ()
    if identity:
        identity = identity_of(identity)
    if account or name or identity or address:
        return make(Payer, (name, account, identity, address))
    return None


def address_of(street: str, postcode: str, town: str, country: str, country_code: str) -> tuple[str, ...]:
    """Return the address as it is printed: street, postcode and town, country; empty lines left out."""
    street = street.strip()
    place = f"{postcode.strip()} {town.strip()}".strip()
    abroad = country.strip() or country_code.strip()
    if street and place and not abroad:
        return (street, place)
    return tuple(line for line in (street, place, abroad) if line)


def identity_of(digits: str) -> str:
    """Return the organisation or personal number: ten digits in a field of twelve, or twelve with the century."""
    if digits[:2] == "00" and len(digits) == 12:
        digits = digits[2:]
    return "" if digits in NO_IDENTITY else digits


def account_of(bankgiro: str, plusgiro: str) -> tuple[PayeeAccount | None, PayeeAccount | None]:
    """Return the payee's account and the other one it is known by (*plusgirokonvertering*)."""
    accounts = [
        PayeeAccount(scheme, number.lstrip("0"))
        for scheme, number in (("bankgiro", bankgiro), ("plusgiro", plusgiro))
        if number.strip("0")
    ]
    account, alternative, *_ = [*accounts, None, None]
    return account, alternative


def iso_timestamp(digits: str) -> str:
    """Return YYYYMMDDhhmmss and six decimals as ISO 8601; empty when there is no such moment."""
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S%f")  # noqa: DTZ007  the manual names no zone
    except ValueError:
        return ""
    return moment.isoformat(timespec="microseconds")
