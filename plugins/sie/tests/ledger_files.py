"""Files as a ledger writes them, made for these tests."""

from __future__ import annotations

FULL_YEAR = """\
#FLAGGA 0
#PROGRAM "Övningsbok" 1.0
#FORMAT PC8
#GEN 20261130 "Anna A"
#SIETYP 4
#PROSA "Bokslut } eller { inte"
#ORGNR 556677-8899
#FNAMN "North Energy AB"
#RAR 0 20260101 20261231
#RAR -1 20250101 20251231
#OMFATTN 20261130
#KPTYP BAS2014
#KONTO 1510 "Kundfordringar \\"alla\\""
#KTYP 1510 T
#KONTO 1940 Avräkning
#KONTO 3010 "Intäkter vatten"
#DIM 1 Kostnadsställe
#OBJEKT 1 "410" "Vatten {norr}"
#IB 0 1510 1000.00
#IB -1 1510 0
#UB 0 1510 1100.5
#RES 0 3010 -350.50
#PSALDO 0 202611 1510 {} 100.50
#PSALDO 0 202611 3010 {} -350.50
#PSALDO 0 202611 3010 {1 "410"} -350.50
#VER K 17 20261120 "RH4711 Giroinbetalningar" 20261121 AA
{
\t#TRANS 1940 {} 250.00
\t#TRANS 1510 {} -250.00 20261120 "Räkning" 0 AA
}
#VER "F" "3" 20261122 "RH4712"
{
   #TRANS 1510 {} 350.50
   #BTRANS 3010 {} -350.50
   #RTRANS 3010 {1 "410"} -350.50 20261122
   #TRANS 3010 {1 "410"} -350.50 20261122
}
#VER A 1 20261123 "Rättelse, inte vår RH1"
{
}
""".replace("\n", "\r\n").encode("cp437")
"""A SIE 4E file: two years, balances, three vouchers, of which two are ours."""

IMPORTED = """\
#FLAGGA 1
#FORMAT PC8
#SIETYP 4
#GEN 20261121
#VER "" "" 20261120
{
#TRANS 1940 {} 250.00
#TRANS 1510 {} -250
}
""".encode("cp437")
"""A SIE 4I file: vouchers and nothing else."""
