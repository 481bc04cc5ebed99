"""Delivery: bringing every receiver to the wanted state of the newest release."""
