"""Cases: what a person must look at, opened and closed by the night or by hand, and who has it.

A case decides nothing itself. What it leads to, an answer or an emergency, has its own second person.
"""
