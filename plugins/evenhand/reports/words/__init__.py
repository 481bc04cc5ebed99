"""The words of reports in each language but English, by the English sentence."""
