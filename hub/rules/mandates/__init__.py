"""Mandates (*medgivanden*): how payers are numbered, what answers mean, and when money is asked for."""
