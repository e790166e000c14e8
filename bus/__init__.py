"""The data-bus connector: envelope, schemas and publishers."""
