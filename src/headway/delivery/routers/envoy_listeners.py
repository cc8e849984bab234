"""Where Envoy listens, as its v3 API's JSON: ports, TLS, filters, the access log."""

from __future__ import annotations

from headway.delivery.environment import Listener
from headway.delivery.routers.envoy_config import (
    TYPE,
    Front,
    Json,
    address,
    preview,
    stat,
    watched_file,
)


def listeners(front: Front, folder: str) -> list[Json]:
    name = front.environment
    main, second = front.listener.port, front.listener.preview_port
    return [
        _listener(front, name, main, folder),
        _listener(front, preview(name), second, folder),
    ]


def _listener(front: Front, name: str, port: int, folder: str) -> Json:
    manager = {
        "@type": f"{TYPE}.extensions.filters.network.http_connection_manager.v3"
        ".HttpConnectionManager",
        "stat_prefix": stat(name),
        "rds": {
            "route_config_name": name,
            "config_source": {
                **watched_file(f"{folder}/routes/{name}.json"),
                "resource_api_version": "V3",
            },
        },
        "http_filters": [_lua_filter(), _router_filter()],
        "access_log": [_access_log(front.access_log)],
        "use_remote_address": True,
        "normalize_path": True,
        "server_header_transformation": "PASS_THROUGH",
        "http_protocol_options": {"accept_http_10": True},
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "request_headers_timeout": "60s",
        "stream_idle_timeout": "3600s",
        "common_http_protocol_options": {"idle_timeout": "3600s"},
    }
    chain: Json = {"filters": [{"name": "envoy.http_connection_manager", "typed_config": manager}]}
    if front.listener.certificate:
        chain["transport_socket"] = _tls(front.listener)
    return {
        "@type": f"{TYPE}.config.listener.v3.Listener",
        "name": name,
        "address": address(front.listener.host, port),
        "filter_chains": [chain],
        # New content in the certificate's files is a new listener, which reads them again.
        "metadata": {"filter_metadata": {"headway": {"identity": front.identity}}},
    }


def _tls(listener: Listener) -> Json:
    pair = {
        "certificate_chain": {"filename": listener.certificate},
        "private_key": {"filename": listener.key},
    }
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": f"{TYPE}.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "tls_certificates": [pair],
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
            },
        },
    }


def _lua_filter() -> Json:
    return {
        "name": "envoy.filters.http.lua",
        "typed_config": {"@type": f"{TYPE}.extensions.filters.http.lua.v3.Lua"},
    }


def _router_filter() -> Json:
    return {
        "name": "envoy.filters.http.router",
        "typed_config": {
            "@type": f"{TYPE}.extensions.filters.http.router.v3.Router",
            "suppress_envoy_headers": True,
        },
    }


def _access_log(path: str) -> Json:
    fields = {
        "time": "%START_TIME%",
        "method": "%REQ(:METHOD)%",
        "host": "%REQ(:AUTHORITY)%",
        "path": "%REQ(:PATH)%",
        "protocol": "%PROTOCOL%",
        "status": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%",
        "detail": "%RESPONSE_CODE_DETAILS%",
        "ms": "%DURATION%",
        "received": "%BYTES_RECEIVED%",
        "sent": "%BYTES_SENT%",
        "cluster": "%UPSTREAM_CLUSTER_RAW%",
        "instance": "%UPSTREAM_HOST%",
        "client": "%DOWNSTREAM_REMOTE_ADDRESS%",
        "id": "%REQ(X-REQUEST-ID)%",
    }
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": f"{TYPE}.extensions.access_loggers.file.v3.FileAccessLog",
            "path": path,
            "log_format": {"json_format": fields},
        },
    }
