"""What the official actions call while they run: artifacts, caches, identity tokens.

One HTTP server a run, on loopback, started when the first action that may call it is. The
protocols are those that `@actions/artifact` and `@actions/cache` speak (facts from their
sources): Twirp over JSON for artifacts v4 and caches v2, GitHub's earlier REST calls for
artifacts v3 and caches v1, and as much of Azure's block blobs as their uploads need.
"""
