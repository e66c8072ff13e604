"""What every other package may build on, and what knows of none of them."""
