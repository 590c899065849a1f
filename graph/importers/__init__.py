"""Files to entities and relations, with problems named row by row."""
