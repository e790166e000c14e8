"""AMQP 1.0: a connection that a sender or a receiver is attached to."""
