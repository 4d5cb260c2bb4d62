"""What runs in Lambda during `make live`: standard library and boto3."""
