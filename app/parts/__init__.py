"""The parts of the service, each built from the configuration and the records."""
