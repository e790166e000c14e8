"""The core: model, rules and use cases; standard library only."""
