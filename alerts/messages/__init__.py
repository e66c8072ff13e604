"""Messages: what people read of an alert."""
