"""What stands behind a match."""
