"""Who people are, for whom they act and in which role."""
