"""One module per AWS service; `catalogue` finds every resource type in here, so that a new one is one new file."""
