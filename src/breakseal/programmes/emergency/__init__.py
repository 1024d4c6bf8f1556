"""Profiles that open on an emergency call."""
