"""AMQP 1.0: a connection that senders, and later receivers, are attached to."""
