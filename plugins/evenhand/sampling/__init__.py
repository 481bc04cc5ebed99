"""Quality samples: what is drawn for review, and what the reviews say of all that wasn't drawn."""
