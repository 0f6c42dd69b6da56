"""Sentence encoders and what is learnt with them: trained, kept in a folder, opened again to serve."""
