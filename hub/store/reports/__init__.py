"""What reports ask the database: one statement each, whose rows are read as a stream."""
