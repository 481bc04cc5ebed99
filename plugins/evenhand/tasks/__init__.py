"""What Airflow runs: a function for each task of the DAGs, and the groups of tasks that they share."""
