"""Missing people who agreed to it beforehand: a case of two officers, one fix, and its end."""
