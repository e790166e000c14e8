"""1C:ESB (1С:Шина): the way through its HTTP front to its AMQP 1.0."""
