"""`overture score`: how likely leads are to be won, learnt from those that were closed."""
