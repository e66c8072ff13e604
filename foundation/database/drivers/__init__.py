"""What differs between the databases that monctl runs on."""
