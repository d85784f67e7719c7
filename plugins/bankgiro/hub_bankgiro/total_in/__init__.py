"""Total IN and Total IN Bas of Plusgirot (*Total IN*): incoming payments with the payers' words."""
