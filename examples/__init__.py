"""Programs that show how others work with the desk; none of them imports it."""
