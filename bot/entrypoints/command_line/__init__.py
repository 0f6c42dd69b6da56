"""The command line: what its commands are called, what each does, and the pages and files that they write."""
