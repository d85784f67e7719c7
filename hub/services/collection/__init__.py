"""Collection: claims handed over to agencies, followed there, and what comes back booked."""
