"""What can go wrong at AWS on request: which faults there are, and the one place that applies them."""
