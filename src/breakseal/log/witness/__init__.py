"""Both sides of C2SP tlog-witness: cosigning other logs' checkpoints, and asking for cosignatures."""
