"""The engine: evaluates every poll result against the rules and emits the changes of alerts."""
