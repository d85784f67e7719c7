"""Beginnings of files that a reader may meet and must leave to others, written for this purpose.

A reader names those of its own kind in `own_kinds`; every other one it must not recognise.
"""

from __future__ import annotations

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CAMT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{name}">'
    "<{child}><GrpHdr><MsgId>M1</MsgId></GrpHdr></{child}></Document>"
)

FOREIGN_FILES: dict[str, bytes] = {
    "bgmax": (b"01BGMAX               0120261120183000000001P".ljust(80) + b"\r\n05" + b"0" * 7 + b"9912346"),
    "camt.052": (_XML + _CAMT.format(name="camt.052.001.08", child="BkToCstmrAcctRpt")).encode(),
    "camt.053": (_XML + _CAMT.format(name="camt.053.001.08", child="BkToCstmrStmt")).encode(),
    "camt.054": (_XML + _CAMT.format(name="camt.054.001.08", child="BkToCstmrDbtCdtNtfctn")).encode(),
    "camt_without_namespace": (_XML + "<Document><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>").encode(),
    "pain.001": (_XML + _CAMT.format(name="pain.001.001.09", child="CstmrCdtTrfInitn")).encode(),
    "pain.002": (_XML + _CAMT.format(name="pain.002.001.10", child="CstmrPmtStsRpt")).encode(),
    "invoice_xml": (
        _XML + '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID>1</ID></Invoice>'
    ).encode(),
    "autogiro": b"01AUTOGIRO              20261120            AG-MEDAVI".ljust(80) + b"\r\n",
    "total_in": b"00TI00212345678901234567890120261120".ljust(80) + b"\r\n10".ljust(80),
    "supplier_payments": b"110009912346261120LEVERANTORSBETALNINGAR".ljust(80) + b"\r\n",
    "bank_csv": b"Datum;Text;Belopp;Saldo\r\n2026-11-20;Hyra;1250,00;11250,00\r\n",
    "invoice_csv": b"number,debtor,amount,due_date\n1001,Testbolaget AB,100.00,2026-12-31\n",
    "json": b'{"invoices": [{"number": "1001", "amount": "100.00"}]}',
    "web_page": b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body></body></html>",
    "zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "text": "Hej! Här kommer filen vi talade om.\n".encode(),
    "blank_lines": b"\r\n\r\n   \r\n",
    "empty": b"",
}
