"""Drives the built binary from Python: the demo, the acceptance tests and the benchmarks use it.

    with Cluster(binary) as cluster, Server(binary, cluster.environment()) as server:
        client = Client(server, "2026-07-28")
        print(client.call("cluster_overview"))
"""
from .client import Client, start_any, startable, text_of
from .cluster import Cluster
from .http import EventStream, HttpServer
from .server import NoAnswer, Server
from .wire import LEGACY, MODERN, RpcError

__all__ = ["Client", "Cluster", "EventStream", "HttpServer", "LEGACY", "MODERN", "NoAnswer",
           "RpcError", "Server", "start_any", "startable", "text_of"]
