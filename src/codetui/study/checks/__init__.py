"""What `codetui check` looks at, one kind of trouble each; `codetui.study.checking` is the way in."""
