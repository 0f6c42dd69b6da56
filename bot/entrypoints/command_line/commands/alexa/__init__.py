"""`overture alexa`: what an Alexa skill is told of the assistant."""
