"""Instalment plans (*amorteringsplaner*): what may be agreed, and the schedule that it comes to."""
