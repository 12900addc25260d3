"""A client of the Lambda Runtime API in the standard library: runs a handler that is written for Lambda's Python.

    python3 runtime.py hello.handler

Lambda's own client does more (pip install awslambdaric; command: python3 -m awslambdaric hello.handler). This one is
for functions that need nothing but Python, and starts in a tenth of its time.
"""

import http.client
import importlib
import json
import os
import sys
import time
import traceback

BASE = "/2018-06-01/runtime/"


class Context:
    """What a handler learns beside its event, by Lambda's names."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


def described(error):
    lines = traceback.format_tb(error.__traceback__)
    return json.dumps({"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": lines}).encode()


def main(name):
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(method, path, body=None):
        api.request(method, BASE + path, body)
        response = api.getresponse()
        return response.headers, response.read()

    try:
        module, _, function = name.rpartition(".")
        handler = getattr(importlib.import_module(module), function)
    except Exception as error:
        call("POST", "init/error", described(error))
        sys.exit(1)
    while True:
        headers, event = call("GET", "invocation/next")
        context = Context(headers)
        try:
            result = json.dumps(handler(json.loads(event), context)).encode()
        except Exception as error:
            call("POST", f"invocation/{context.aws_request_id}/error", described(error))
        else:
            call("POST", f"invocation/{context.aws_request_id}/response", result)


if __name__ == "__main__":
    # Signals end the process at once, a request of the gateway for its end (SIGTERM) too.
    sys.path.insert(0, os.getcwd())
    try:
        main(sys.argv[1])
    except (http.client.HTTPException, ConnectionError, KeyboardInterrupt):
        pass
