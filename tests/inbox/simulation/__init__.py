"""A whole shop in virtual time: copies of the delivery engine, a faulty Market, crashes and pauses."""
