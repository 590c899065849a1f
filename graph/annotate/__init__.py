"""Text and tags to kansei profiles, with the words behind each value."""
