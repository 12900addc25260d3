"""A function that answers API Gateway's proxy integration."""

import json


def handler(event, context):
    name = (event["queryStringParameters"] or {}).get("name", "world")
    return {
        "statusCode": 200,
        "headers": {"X-Request-Id": context.aws_request_id},
        "body": json.dumps({"hello": name, "method": event["httpMethod"]}),
    }
