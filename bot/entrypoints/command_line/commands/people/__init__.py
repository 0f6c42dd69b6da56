"""`overture people`: what is known of people."""
