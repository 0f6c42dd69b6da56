"""`overture nlu ...`: how messages are understood."""
