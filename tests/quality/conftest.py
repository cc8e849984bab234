"""The sample projects are material to record reports from, not tests of ours."""

collect_ignore_glob = ["sample*"]
