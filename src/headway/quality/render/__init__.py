"""Evidence and verdicts as people and other tools read them. Pure: records in, text out."""
