"""AWS Secrets Manager: its rules as pure functions, and the adapter that puts them in place of moto's."""
