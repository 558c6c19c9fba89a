"""The application layer, which the command line, the workbench and scripts use."""
