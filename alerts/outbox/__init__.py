"""The outbox: notifications that are to be sent to channels, kept until they are sent."""
