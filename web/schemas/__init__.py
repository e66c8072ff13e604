"""What requests and answers look like, for the OpenAPI document."""
