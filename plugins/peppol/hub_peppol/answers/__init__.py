"""What comes back: Invoice Response from the buyer, MLR and MLS from the access points, read into the core's words.

reading            bytes to a report, judged first
invoice_response   what a buyer says of an invoice
message_status     what the network says of a message
codes              their codes in plain English
parts              texts of an answer, of which any may be missing
"""

from hub_peppol.answers.reading import read

__all__ = ["read"]
