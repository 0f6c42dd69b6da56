"""All that authors write: the files, what is wrong with them, and the library that keeps the last good version."""
