"""Who may do what for which markets: people.yml, what of it is in force, and the rights that it gives."""
