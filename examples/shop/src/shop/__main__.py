"""`shop`: starts the service with what the environment says."""

from __future__ import annotations

import os
import sys

from shop import settings
from shop.app import App
from shop.catalogue import fill
from shop.metrics import Metrics
from shop.server import Server, hold_signals, serve
from shop.stores import open_store


def main() -> int:
    try:
        chosen = settings.read(os.environ)
        store = open_store(chosen.store, chosen.database)
    except ValueError as error:
        print(f"shop: {error}", file=sys.stderr)
        return 2
    fill(store)
    hold_signals()  # before anybody is told that there is something to stop
    app = App(store, Metrics(chosen.release))
    server = Server((chosen.host, chosen.port), app, chosen.release)
    print(f"shop {chosen.release} listens on http://{chosen.host}:{server.port}", flush=True)
    serve(server, chosen.drain)
    store.close()
    print("shop stopped", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
