"""One question each, answered for a query and all candidates."""
