"""What a person decides about one school, each a short write transaction that can be taken back."""
