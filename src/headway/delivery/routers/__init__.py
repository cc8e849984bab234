"""What moves traffic: a module each. There is one, so that nothing has to be chosen."""

ROUTERS = {"envoy": "headway.delivery.routers.envoy"}
