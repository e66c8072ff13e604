"""Who must know: rules, the state of alerts, silences, the outbox, delivery through Apprise."""
