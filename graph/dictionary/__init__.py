"""The versioned kansei dictionary."""
