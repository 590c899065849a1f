"""The measured protocols."""
