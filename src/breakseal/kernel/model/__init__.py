"""The formats: one module a format, each with its one writer, one reader and canonical encoding."""
