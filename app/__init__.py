"""The composition root: configuration, command line, HTTP, starting and stopping."""
