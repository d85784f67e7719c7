"""Documents that go out, and who is reached where, in SQL."""
