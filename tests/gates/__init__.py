"""Gate 2 on simulated nights: clean ones pass, and ones with a planted fault are held."""
