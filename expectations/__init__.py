"""The Great Expectations suites of both gates: `feeds` for what landed, `lists` for what is to be released."""
