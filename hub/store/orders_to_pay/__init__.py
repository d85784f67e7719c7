"""Orders to pay in the database."""
