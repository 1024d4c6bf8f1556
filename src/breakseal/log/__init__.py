"""The transparency log: one sequencer, its tile store, the published view, witnesses and the audit."""
