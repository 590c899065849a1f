"""What is known: the model, the kansei dictionary and annotators, importers, stores and snapshots."""
