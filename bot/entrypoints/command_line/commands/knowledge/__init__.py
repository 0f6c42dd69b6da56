"""`overture knowledge ...`: what authors of knowledge pages want to know."""
