"""What the bank on this machine writes: answers (pain.002), notices (camt.054) and statements (camt.053)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{}">'


class Movement(NamedTuple):
    """One entry of an account: several ids where the bank books a file as one sum."""

    day: str
    ore: int  # below zero: money left
    reference: str  # the bank's own
    ids: tuple[tuple[str, int], ...]  # end-to-end ids with their öre; empty where the bank shows no details
    named: str = ""  # the file or part of it that the sum is of
    reason: str = ""  # why it came back
    is_reversal: bool = False  # it came back as a reversed debit


def answer(
    answer_id: str, at: str, message_id: str, status: str, code: str, payments: Sequence[tuple[str, str, str, str]]
) -> bytes:
    """Return an answer; `payments` are part, end-to-end id, status and code of those it speaks of."""
    parts: dict[str, list[str]] = {}
    for part, name, told, why in payments:
        parts.setdefault(part, []).append(
            f"<TxInfAndSts><OrgnlEndToEndId>{escape(name)}</OrgnlEndToEndId><TxSts>{told}</TxSts>{_reason(why)}"
            "</TxInfAndSts>"
        )
    of_parts = "".join(
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(part)}</OrgnlPmtInfId>{''.join(said)}</OrgnlPmtInfAndSts>"
        for part, said in parts.items()
    )
    return (
        f"{_HEAD.format('pain.002.001.03')}<CstmrPmtStsRpt><GrpHdr><MsgId>{answer_id}</MsgId><CreDtTm>{at}</CreDtTm>"
        f"</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{escape(message_id)}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001</OrgnlMsgNmId><GrpSts>{status}</GrpSts>{_reason(code)}</OrgnlGrpInfAndSts>{of_parts}"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def _reason(code: str) -> str:
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""


def notice(number: int, at: str, account: str, movements: Iterable[Movement]) -> bytes:
    """Return a notice (camt.054) of movements on an account."""
    entries = "".join(map(_entry, movements))
    return (
        f"{_HEAD.format('camt.054.001.08')}<BkToCstmrDbtCdtNtfctn>{_group('N', number, at)}<Ntfctn><Id>N{number}</Id>"
        f"<CreDtTm>{at}</CreDtTm>{_account(account)}{entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def statement(number: int, day: str, account: str, opening_ore: int, movements: Sequence[Movement]) -> bytes:
    """Return a statement (camt.053) of a day, with its balances."""
    at, closing_ore = f"{day}T20:00:00", opening_ore + sum(one.ore for one in movements)
    balances = _balance("OPBD", day, opening_ore) + _balance("CLBD", day, closing_ore)
    entries = "".join(map(_entry, movements))
    return (
        f"{_HEAD.format('camt.053.001.08')}<BkToCstmrStmt>{_group('S', number, at)}<Stmt><Id>S{number}</Id>"
        f"<ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{at}</CreDtTm>{_account(account)}{balances}{entries}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


def _group(series: str, number: int, at: str) -> str:
    return f"<GrpHdr><MsgId>{series}{number}</MsgId><CreDtTm>{at}</CreDtTm></GrpHdr>"


def _account(number: str) -> str:
    other = f"<Othr><Id>{number}</Id></Othr>"
    return f"<Acct><Id>{f'<IBAN>{number}</IBAN>' if number[:2].isalpha() else other}</Id><Ccy>SEK</Ccy></Acct>"


def _balance(kind: str, day: str, ore: int) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(ore)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _amount(ore: int) -> str:
    sign = "DBIT" if ore < 0 else "CRDT"
    return f'<Amt Ccy="SEK">{abs(ore) // 100}.{abs(ore) % 100:02}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _entry(one: Movement) -> str:
    family = "ICDT" if one.ore < 0 else "RCDT"
    details = "".join(_detail(one, name, ore) for name, ore in one.ids)
    batch = f"<Btch><PmtInfId>{escape(one.named)}</PmtInfId></Btch>" if one.named else ""
    reversal = "<RvslInd>true</RvslInd>" if one.is_reversal else ""
    within = f"<NtryDtls>{batch}{details}</NtryDtls>" if batch or details else ""
    return (
        f"<Ntry>{_amount(one.ore)}{reversal}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{one.day}</Dt></ValDt><AcctSvcrRef>{one.reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"{within}</Ntry>"
    )


def _detail(one: Movement, name: str, ore: int) -> str:
    back = f"<RtrInf><Rsn><Cd>{one.reason}</Cd></Rsn></RtrInf>" if one.reason else ""
    reference = f"<AcctSvcrRef>{one.reference}-{name}</AcctSvcrRef>" if len(one.ids) > 1 else ""
    refs = f"<Refs>{reference}<EndToEndId>{escape(name)}</EndToEndId></Refs>"
    return f"<TxDtls>{refs}{_amount(ore)}{back}</TxDtls>"
