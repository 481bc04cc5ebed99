"""What a pack may say: a module for each part of the language, and the pack that they make."""
