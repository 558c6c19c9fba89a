"""What the workbench can do, a part for each kind of work."""
