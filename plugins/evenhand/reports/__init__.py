"""What a night or a week came to, for who answers for it: to read, to print and to send."""
