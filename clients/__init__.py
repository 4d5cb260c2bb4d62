"""Real SP-API clients against the bench: `make clients` runs each as its users do, and writes docs/clients.md."""
