"""Job containers and services: made before a job's first step, gone when the job is.

Sources: "jobs.<job_id>.container" and "jobs.<job_id>.services" of GitHub's workflow syntax
page; folders in a job container as in the documentation of "Dockerfile support" and of
GitHub's container jobs (`/__w`, `/github/home`).
"""
