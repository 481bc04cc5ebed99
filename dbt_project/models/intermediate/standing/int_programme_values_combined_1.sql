{{ combined_programme_values(1, 'int_programme_values_level_0') }}
