"""What a production set-up is made of."""
