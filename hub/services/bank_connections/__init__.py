"""Bank connections (*bankkopplingar*): files fetched from banks, and where files to and from banks stand."""
