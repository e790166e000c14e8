"""What happens unasked: the workers that drain arrivals and deliveries."""
