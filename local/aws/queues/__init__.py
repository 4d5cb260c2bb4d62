"""SQS: moto keeps the queues; their times and Lambda's event source mappings run here, on the bench's clock."""
