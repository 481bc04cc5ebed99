"""Who did what and when, written down so that it is there whatever fails."""
