"""Where the epoch keys live: outside the keyholder's stores and outside their backups."""
