"""Pages of generation: corpora, networks, clips and jobs."""
