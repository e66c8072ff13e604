"""What people see in a terminal: numbers, tables, plots."""
