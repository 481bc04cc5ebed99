{{ combined_readings(1, 'first_readings') }}
