"""The call board: which position has which call, and the page that opens its profile in the browser."""
