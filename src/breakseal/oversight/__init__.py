"""What keeps the keepers: founding and enrolment, misuse, public figures, processors."""
