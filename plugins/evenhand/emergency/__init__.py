"""Emergencies: a measure that people impose or lift now, with a reason, an end and a second person.

An emergency is a file below `EVENHAND_HOME/emergencies/` that is never changed. Every night takes those that are known
into its warehouse, where they go through ledger, reasons and lists as what packs decide does.
"""
