"""What carries rollouts out: the loop of one (`engine`), the queue of an environment (`worker`).

`observe` looks, `ledger` writes down, `reconcile` makes it so in a safe order, `effect_runner`
does what is outside; `clock` is the rollout's own time, `history` what the journal knows of it.
"""
