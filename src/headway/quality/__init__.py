"""What tools found about a commit, as one record: reports, evidence, gates."""
