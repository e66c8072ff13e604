"""The engine: evaluates every poll result against the rules and says what changed."""
