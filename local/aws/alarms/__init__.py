"""CloudWatch: moto keeps the alarms, their metrics are counted and their states decided here, on the bench's clock."""
