"""`overture slack`: what the desk in Slack needs to be set up."""
