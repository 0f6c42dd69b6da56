"""The journey engine: a journey, an enrolment and a moment in, effects out. Pure."""
