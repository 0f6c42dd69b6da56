"""The processes of a service: the HTTP server with all its doors, the worker, how they start, end, and are watched."""
