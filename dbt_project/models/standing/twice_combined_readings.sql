{{ combined_readings(2, 'second_readings') }}
