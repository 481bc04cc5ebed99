"""What a terminal runs: the parts of the command `evenhand`, each of which calls what an Airflow task calls."""
