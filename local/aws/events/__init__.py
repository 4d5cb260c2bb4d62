"""EventBridge: moto keeps rules and targets, their schedules and deliveries run here, on the bench's clock."""
