"""What the hosts said, and where it is kept: names and units, samples, rates, stores."""
