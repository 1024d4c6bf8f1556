"""The door's pages: one layout, one short template a page, the words in two languages; all made ready at the start."""
