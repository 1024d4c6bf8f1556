"""The house's own rules, each a function that returns what breaks it, one sentence a finding."""
