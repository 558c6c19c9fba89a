"""Controllers that carry out the actions of the workbench, one for each kind of work."""
