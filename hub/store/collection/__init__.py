"""Cases at collection agencies: orders to them, what they tell, their settlements."""
