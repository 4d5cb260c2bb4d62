"""The bench: AWS and Amazon on loopback, and the real Pulumi engine attached to them; never imported by the product."""
