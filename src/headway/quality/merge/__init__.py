"""Several reports of a kind as one, whatever their order: shards of tests, coverage by line,
the same finding from several scanners.
"""
