"""What programs write: reports on deliveries, auto-replies, alarms."""
