"""Commands on rules, channels, silences and alerts."""
