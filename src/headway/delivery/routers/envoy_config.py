"""What Envoy is to be told, as its v3 API's JSON: functions of values, without I/O.

One listener and one preview listener an environment, one cluster a group, one file of
endpoints a cluster. Names are made once, here: a group's cluster is `ENVIRONMENT~GROUP`, and
its statistics have the same name with dots and colons escaped, which statistics can't have.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from headway.delivery.desired import Match, Traffic
from headway.delivery.environment import Listener
from headway.delivery.health import Health
from headway.delivery.routers.base import Address, Routing

Json = dict[str, Any]
TYPE = "type.googleapis.com/envoy"
BUCKET = "x-headway-bucket"  # set by us from the cookie, never seen by anybody else
COOKIE_SECONDS = 30 * 86400
# Upstream connections are closed by us before servers get to it (gunicorn 2 s, Node and
# uvicorn 5 s): a request that meets a closing connection would fail.
IDLE = 1.0
# Upper bounds in ms, about a quarter apart; Envoy measures in whole ms.
EDGES = (
    *(0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250),
    *(300, 400, 500, 600, 800, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000),
    *(10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 3_600_000),
)


class Front(Struct, frozen=True, kw_only=True):
    """One environment as the router has it: what it is told, and where it listens."""

    environment: str
    listener: Listener  # with ports chosen
    health: Health
    access_log: str
    routing: Routing
    identity: str = ""  # of the certificate's content


def cluster(environment: str, group: str) -> str:
    return f"{environment}~{group}"


def stat_name(environment: str, group: str) -> str:
    return stat(cluster(environment, group))


def stat(name: str) -> str:
    """A name as statistics can have it: Envoy takes what is between dots for a label."""
    return quote(name, safe="~-+.").replace("_", "%5F").replace(".", "_")


def bootstrap(folder: str, admin: str) -> Json:
    def watched(name: str) -> Json:
        return {**watched_file(f"{folder}/{name}.json"), "resource_api_version": "V3"}

    return {
        "node": {"id": "headway", "cluster": "headway"},
        "admin": {"address": {"pipe": {"path": admin, "mode": 0o600}}},
        "dynamic_resources": {"lds_config": watched("lds"), "cds_config": watched("cds")},
        "stats_flush_on_admin": True,
        "stats_config": {
            "histogram_bucket_settings": [
                {"match": {"prefix": "cluster."}, "buckets": [float(e) for e in EDGES]}
            ]
        },
    }


def discovery(resources: list[Json]) -> str:
    """A discovery response; its version is its content's, so the same is no news."""
    body = json.dumps(resources, sort_keys=True, separators=(",", ":"))
    version = hashlib.sha256(body.encode()).hexdigest()[:16]
    return f'{{"version_info":"{version}","resources":{body}}}'


def version(text: str) -> str:
    return text[17:33]


# --- clusters ------------------------------------------------------------------------------


def clusters(front: Front, folder: str) -> list[Json]:
    groups = sorted(front.routing.addresses)
    return [_cluster(front, group, folder) for group in groups]


def _cluster(front: Front, group: str, folder: str) -> Json:
    name = cluster(front.environment, group)
    many = 1_000_000  # no limits of the router's own: its 503s would pass for the release's
    return {
        "@type": f"{TYPE}.config.cluster.v3.Cluster",
        "name": name,
        "alt_stat_name": stat_name(front.environment, group),
        "type": "EDS",
        "eds_cluster_config": {
            "eds_config": {
                **watched_file(f"{folder}/endpoints/{name}.json"),
                "resource_api_version": "V3",
            }
        },
        "connect_timeout": "1s",
        "ignore_health_on_host_removal": True,
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        # Not least requests: who fails at once has none open, and would get them all.
        "lb_policy": "ROUND_ROBIN",
        "circuit_breakers": {
            "thresholds": [
                {"max_connections": many, "max_pending_requests": many, "max_requests": many}
            ]
        },
        "health_checks": [_health_check(front.health)],
        # Only what never got an answer ejects: errors of a release must stay to be seen.
        "outlier_detection": {
            "split_external_local_origin_errors": True,
            "consecutive_local_origin_failure": 2,
            "enforcing_consecutive_5xx": 0,
            "enforcing_consecutive_gateway_failure": 0,
            "enforcing_success_rate": 0,
            "enforcing_local_origin_success_rate": 0,
            "interval": "0.5s",
            "base_ejection_time": "1s",
            "max_ejection_time": "5s",
            "max_ejection_percent": 60,
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{TYPE}.extensions.upstreams.http.v3.HttpProtocolOptions",
                "common_http_protocol_options": {"idle_timeout": f"{IDLE}s"},
                "explicit_http_config": {"http_protocol_options": {}},
            }
        },
    }


def _health_check(health: Health) -> Json:
    kind: Json = {"tcp_health_check": {}}
    if health.http:
        kind = {
            "http_health_check": {
                "path": health.http,
                "host": "localhost",
                "expected_statuses": [{"start": 200, "end": 400}],
            }
        }
    return {
        "timeout": seconds(health.timeout),
        "interval": seconds(health.interval),
        "no_traffic_interval": seconds(health.interval),
        "unhealthy_threshold": health.unhealthy,
        "healthy_threshold": health.healthy,
        **kind,
    }


def endpoints(environment: str, group: str, addresses: tuple[Address, ...]) -> Json:
    return {
        "@type": f"{TYPE}.config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": cluster(environment, group),
        "endpoints": [
            {
                "lb_endpoints": [
                    {"endpoint": {"address": address(a.host, a.port)}} for a in sorted(addresses)
                ]
            }
        ],
    }


# --- routes --------------------------------------------------------------------------------


def routes(front: Front) -> Json:
    """The environment's routes: matches first, in their order, then the shares."""
    traffic = front.routing.traffic
    shared = _nobody("Nothing is deployed here yet.", 503)
    if any(traffic.shares.values()):
        shared = _route(front, {"prefix": "/"}, _shares(front.environment, traffic))
    if traffic.mirror and "route" in shared:
        shared["route"]["request_mirror_policies"] = [_mirror(front.environment, traffic)]
    matched = [
        _route(front, _match(m), {"cluster": cluster(front.environment, m.group)})
        for m in traffic.matches
    ]
    host: Json = {
        "name": front.environment,
        "domains": _domains(front.listener.hosts),
        "routes": [*matched, shared],
        "request_headers_to_remove": [BUCKET],
    }
    if traffic.sticky:
        host["typed_per_filter_config"] = {"envoy.filters.http.lua": _sticky(front)}
    return _route_configuration(front.environment, host)


def preview_routes(front: Front) -> Json:
    group = front.routing.traffic.preview
    if group:
        to = {"cluster": cluster(front.environment, group)}
        route = _route(front, {"prefix": "/"}, to)
    else:
        route = _nobody("There is no preview now.", 404)
    name = preview(front.environment)
    return _route_configuration(name, {"name": name, "domains": ["*"], "routes": [route]})


def _nobody(text: str, status: int) -> Json:
    answer = {"status": status, "body": {"inline_string": f"{text}\n"}}
    return {"match": {"prefix": "/"}, "direct_response": answer}


def preview(environment: str) -> str:
    return f"{environment}~preview"


def _route_configuration(name: str, host: Json) -> Json:
    return {
        "@type": f"{TYPE}.config.route.v3.RouteConfiguration",
        "name": name,
        "virtual_hosts": [host],
    }


def _domains(hosts: tuple[str, ...]) -> list[str]:
    return [d for host in hosts for d in (host, f"{host}:*")] or ["*"]


def _shares(environment: str, traffic: Traffic) -> Json:
    # In the order of names, always: as a share grows, clients with a cookie only join it.
    parts = sorted((group, share) for group, share in traffic.shares.items() if share)
    if len(parts) == 1:
        return {"cluster": cluster(environment, parts[0][0])}
    weighted: Json = {
        "clusters": [{"name": cluster(environment, g), "weight": share} for g, share in parts]
    }
    if traffic.sticky:
        weighted["header_name"] = BUCKET
    return {"weighted_clusters": weighted}


def _route(front: Front, match: Json, to: Json) -> Json:
    action: Json = {**to, "timeout": seconds(front.listener.timeout)}
    if front.listener.retries:
        # Only what surely never reached an instance: anything else may have been done.
        action["retry_policy"] = {
            "retry_on": "connect-failure,refused-stream,reset-before-request",
            "num_retries": front.listener.retries,
        }
    return {"match": match, "route": action}


def _match(match: Match) -> Json:
    found: Json = {"prefix": match.path or "/"}
    headers: list[Json] = []
    if match.header:
        exact: Json = {"string_match": {"exact": match.value}} if match.value else _PRESENT
        headers.append({"name": match.header, **exact})
    if match.cookie:
        value = re.escape(match.value) if match.value else "[^;]*"
        pattern = rf"(?:.*;\s*)?{re.escape(match.cookie)}={value}(?:\s*;.*)?"
        headers.append({"name": "cookie", "string_match": {"safe_regex": {"regex": pattern}}})
    if headers:
        found["headers"] = headers
    return found


_PRESENT: Json = {"present_match": True}


def _mirror(environment: str, traffic: Traffic) -> Json:
    share = {"numerator": traffic.mirror_share, "denominator": "TEN_THOUSAND"}
    return {
        "cluster": cluster(environment, traffic.mirror),
        "runtime_fraction": {"default_value": share},
        "disable_shadow_host_suffix_append": True,
    }


def _sticky(front: Front) -> Json:
    """A client's cookie holds a number from 0 to 9999; the shares divide that range. So the
    shares are kept among clients, too, and one that grows only takes clients, never swaps."""
    secure = "; Secure" if front.listener.certificate else ""
    attributes = f"; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    name = re.sub(r"([^\w])", r"%\1", front.routing.traffic.sticky)
    source = _LUA.replace("@NAME@", _lua(front.routing.traffic.sticky))
    source = source.replace("@PATTERN@", _lua(f";%s*{name}=(%d+)%s*;"))
    source = source.replace("@BUCKET@", _lua(BUCKET)).replace("@ATTRIBUTES@", _lua(attributes))
    return {
        "@type": f"{TYPE}.extensions.filters.http.lua.v3.LuaPerRoute",
        "source_code": {"inline_string": source},
    }


def _lua(text: str) -> str:
    return json.dumps(text)


_LUA = """\
local seeded = false
function envoy_on_request(handle)
  local cookies = handle:headers():get("cookie") or ""
  local bucket = string.match(";" .. cookies .. ";", @PATTERN@)
  if bucket == nil or #bucket > 4 then
    if not seeded then
      local address = tonumber(string.match(tostring({}), "0x(%x+)"), 16) or 0
      math.randomseed(os.time() + address)
      seeded = true
    end
    bucket = tostring(math.random(0, 9999))
    handle:streamInfo():dynamicMetadata():set("headway", "bucket", bucket)
  end
  handle:headers():replace(@BUCKET@, bucket)
  handle:clearRouteCache()
end
function envoy_on_response(handle)
  local new = handle:streamInfo():dynamicMetadata():get("headway")
  if new ~= nil and new["bucket"] ~= nil then
    handle:headers():add("set-cookie", @NAME@ .. "=" .. new["bucket"] .. @ATTRIBUTES@)
  end
end
"""


def watched_file(path: str) -> Json:
    return {"path_config_source": {"path": path}}


def address(host: str, port: int) -> Json:
    return {"socket_address": {"address": host, "port_value": port}}


def seconds(value: float) -> str:
    return f"{value:.3f}s"
