"""AWS on loopback: moto's server, with Secrets Manager, Lambda and rotation behaving as AWS's do."""
