"""An installation on one's own machine: Airflow, the example's landing folder and the sandbox in one folder."""
