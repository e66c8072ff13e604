"""The probe, and the conversation with it."""
