"""Every operational metric, worked out again in a few lines from what landed and what was released.

Nothing here is shared with the models that are held against it: rows are read from files and counted in Python, by what
docs/metrics.md says a metric is.
"""
