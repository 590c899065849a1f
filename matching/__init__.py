"""What follows from what is known: signals, ranking, evidence and evaluation."""
