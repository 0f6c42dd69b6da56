"""What is told of people, whoever tells it, as it is kept: countries, languages, addresses."""
