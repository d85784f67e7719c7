"""What the law says of asking for money that is late: fees, demands, and when a claim lapses."""
