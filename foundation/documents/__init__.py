"""What people write: YAML documents, their problems, variables and durations."""
