"""People from files and CRMs: what a column means, what is wrong with a row, and how far it has come."""
