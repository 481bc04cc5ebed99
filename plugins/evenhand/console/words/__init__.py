"""What pages say in other languages than English: a catalogue of each."""
