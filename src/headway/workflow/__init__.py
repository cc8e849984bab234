"""The GitHub Actions workflow language, as values: no clocks, files or network."""
