"""The database: tables, repositories and the unit of work. Implements the ports of `hub.services.ports`."""
