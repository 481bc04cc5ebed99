"""What is said once and stays said: notices to accounts, and statements to authorities."""
