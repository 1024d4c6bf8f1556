"""Location: where a phone is, for those whom the person carrying it agreed to, and for nobody else."""
