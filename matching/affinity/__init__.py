"""Models of affinity between fans, artists and tags, each with exact additive evidence."""
