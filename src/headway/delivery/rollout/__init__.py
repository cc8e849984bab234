"""A rollout's pure step: from what was seen to what should be (see `step`).

`plan` is what is to be done, `stage` its parts, `progress` how far it is. `walk` goes through the
stages, `back` returns to the old version, `passing` ends a stage, `commands` takes people's words,
`fleet` and `routable` say what instances and traffic may be; `effects` are acts outside.
"""
