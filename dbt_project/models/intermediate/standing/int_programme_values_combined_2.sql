{{ combined_programme_values(2, 'int_programme_values_level_1') }}
