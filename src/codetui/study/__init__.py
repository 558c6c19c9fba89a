"""The application layer: what the command line and the screen both stand on."""
