"""Policy packs: the YAML of strategy managers, read, checked and compiled to the tables that the models join with."""
