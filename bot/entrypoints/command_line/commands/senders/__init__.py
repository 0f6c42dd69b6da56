"""`overture senders`: the channels on which nothing leaves, since their vendor objects to the sender."""
