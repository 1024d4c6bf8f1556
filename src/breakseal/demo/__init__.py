"""The demo: a small town with ready people, and programs that act as them. No real data belongs here."""
