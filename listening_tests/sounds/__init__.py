"""The sounds that listeners hear: clips brought to one loudness and length, and the stimuli that screenings need."""
