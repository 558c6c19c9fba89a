"""Pictures of figures: described once, and rendered for the terminal and as SVG."""
