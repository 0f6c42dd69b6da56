"""Understanding: pure functions and trained models from a text to what it means."""
