"""Programs that print figures about the product; none of them is a test."""
