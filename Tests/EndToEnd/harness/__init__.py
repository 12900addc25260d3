"""What the tests stand on: the gateway's process, a scripted backend, a raw client, a load."""

from .backend import Backend, reply
from .case import GatewayCase
from .gateway import Gateway, files
from .load import Load
from .wire import Wire, request

__all__ = ["Backend", "Gateway", "GatewayCase", "Load", "Wire", "files", "reply", "request"]
