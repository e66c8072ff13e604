"""Routes for current values, history, export and the live stream."""
