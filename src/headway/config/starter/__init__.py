"""A first headway.yaml: what a repository has (project), and the text made of it (text)."""
