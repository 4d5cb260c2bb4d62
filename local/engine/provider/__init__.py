"""A Pulumi resource provider `aws` for the few types the program declares, boto3 underneath (design.md 9)."""
