"""AWS Lambda: moto keeps the functions, the deployed zip runs in processes of its own."""
