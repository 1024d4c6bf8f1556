"""Who is enrolled, and what they have said: tables with the rules that belong to one table each."""
