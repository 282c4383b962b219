"""How many listeners and stimuli a study needs, what it then finds, what it costs, and when it may stop."""
