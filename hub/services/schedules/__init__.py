"""What is done by the clock: keeping schedules, firing what is due, and what a person may do to them."""
