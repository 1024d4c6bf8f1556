"""The second verifier: one file, standard library only, no code in common with `src/breakseal`."""
