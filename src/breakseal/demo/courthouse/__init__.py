"""The demo's court: a clerk's page on which an order is signed, written on paper, read back on the phone, and ended."""
