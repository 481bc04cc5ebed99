"""What writes the reference pages of docs/, and dbt's sources, from what defines them."""
