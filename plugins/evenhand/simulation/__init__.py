"""A simulated marketplace, to run on: its nine feeds, and the truth behind them that the nightly run never reads."""
