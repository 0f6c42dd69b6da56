"""What each command of the command line does: `run(settings, options)` returns the exit status."""
