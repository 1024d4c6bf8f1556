"""Dangers to life: two officers ask, a reviewer calls back, and what was done is judged within two days."""
