"""What `codetui check` looks at, one kind of trouble each; `codetui.workspace.checking` is the way in."""
