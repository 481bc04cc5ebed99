"""Policy packs: the YAML that strategy managers write, read, checked and compiled to the tables the models join with."""
