"""A mobile carrier: subscribers that move, and the published interfaces by which a carrier tells where they are."""
