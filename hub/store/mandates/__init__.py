"""Direct debits in the database: mandates, requests, the orders that wait for a file, and the register."""
