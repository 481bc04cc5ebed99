"""Evenhand's pages in Airflow: what a run made, in a tab of the run's page and at an address of its own."""
