#!/usr/bin/env python3
"""Writes vectors.jsonl: requests, and how botocore signs them.

    python3 -m venv venv && venv/bin/pip install botocore && venv/bin/python generate.py

One JSON object a line. Requests are chosen by a seeded generator, so that the same version of botocore
gives the same file. SigV4Tests signs each of them and compares; it needs no Python for that.
"""

import datetime
import json
import pathlib
import random
from unittest import mock
from urllib.parse import quote, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"]
REGIONS = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "ap-southeast-2"]
SERVICES = ["sqs", "dynamodb", "execute-api", "lambda", "states", "ses", "kinesis", "s3"]
PATHS = [
    "/", "/a", "/a/", "//", "/a//b", "/a/./b", "/a/../b", "/../a", "/a/..", "/./", "/a%20b", "/a%2Fb", "/%E2%82%AC",
    "/a/b/c.d_e~f-g", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations",
    "/a(b)'c", "/a:b@c", "/123456789012/queue", "/a+b", "/a%2Bb", "/a=b,c;d", "/%7Etilde", "/a*b!c$d&e", "/.hidden",
    "/...", "/bucket/key%20with%20blanks/%C3%BC", "/bucket//double//slash", "/bucket/../key", "/%25", "/a%252Fb",
]
VALUES = ["", "1", "a b", "a+b", "ü", "€uro", "a/b?c", "a&b=c", "%41", "~-._", "*'()", "Z", "a", "0", "\t", "漢字", "-"]
NAMES = ["a", "A", "b", "a-b", "a.b", "a_b", "a~", "Action", "Version", "x-amz-id", "ü", "a b", "list-type", "aa", "prefix"]
HEADERS = [
    ("Content-Type", "application/json"), ("Content-Type", "application/x-amz-json-1.0"),
    ("X-Amz-Target", "DynamoDB_20120810.GetItem"), ("x-amz-meta-a", "  two   blanks  "), ("X-Custom", "a\tb"),
    ("User-Agent", "test/1"), ("X-Amzn-Trace-Id", "Root=1-2-3"), ("Accept", "application/json"), ("x-amz-acl", "private"),
    ("Range", "bytes=0-9"), ("X-Empty", ""), ("x-A", "1"), ("X-a-b", "2"), ("X-Ab", "3"), ("Expect", "100-continue"),
    ("Connection", "keep-alive"), ("If-Match", '"abc"'), ("Traceparent", "00-1-2-01"), ("X-Quote", 'a "b  c" d'),
]
BODIES = [b"", b"{}", b'{"a":1}', bytes(range(256)), b"x" * 55, b"x" * 56, b"x" * 64, b"y" * 1000, "ü€".encode()]
TIMES = ["2013-05-24T00:00:00", "2024-02-29T23:59:59", "2025-04-09T12:34:56", "2000-01-01T00:00:01", "2099-12-31T23:59:59"]


def query(rng):
    pairs = [(rng.choice(NAMES), rng.choice(VALUES)) for _ in range(rng.choice([0, 0, 1, 2, 3, 6]))]
    text = [quote(name, safe="-_.~") + "=" + quote(value, safe="-_.~") for name, value in pairs]
    return "&".join(text)


def headers(rng):
    chosen = rng.sample(HEADERS, rng.choice([0, 1, 2, 4]))
    if rng.random() < 0.2:
        chosen += [("X-Twice", "one"), ("X-Twice", " two ")]
    names = set()
    return [pair for pair in chosen if pair[0] == "X-Twice" or not (pair[0] in names or names.add(pair[0]))]


def signer(case, credentials):
    is_s3 = case["service"] == "s3"
    kinds = {
        ("headers", False): botocore.auth.SigV4Auth, ("headers", True): botocore.auth.S3SigV4Auth,
        ("query", False): botocore.auth.SigV4QueryAuth, ("query", True): botocore.auth.S3SigV4QueryAuth,
    }
    extra = {"expires": case["expires"]} if case["form"] == "query" else {}
    return kinds[case["form"], is_s3](credentials, case["service"], case["region"], **extra)


def build(rng, index):
    form = "query" if rng.random() < 0.3 else "headers"
    case = {
        "name": f"{index:03}", "form": form, "service": rng.choice(SERVICES), "region": rng.choice(REGIONS),
        "time": rng.choice(TIMES), "method": rng.choice(METHODS), "host": rng.choice(
            ["example.amazonaws.com", "localhost:4566", "Bucket.S3.eu-central-1.amazonaws.com"]),
        "path": rng.choice(PATHS), "query": query(rng), "headers": headers(rng), "body": rng.choice(BODIES).hex(),
        "accessKeyId": "AKIDEXAMPLE", "secretAccessKey": rng.choice(
            ["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "s", "k" * 80]),
    }
    if rng.random() < 0.4:
        case["sessionToken"] = "FwoGZXIvYXdzE/+=" * rng.choice([1, 5])
    if form == "query":
        case["expires"] = rng.choice([1, 300, 604800])
        # botocore keeps one value of a name when it presigns, and moves the body's form into the query.
        seen = {}
        for pair in filter(None, case["query"].split("&")):
            seen.setdefault(pair.split("=")[0], pair)
        case["query"] = "&".join(seen.values())
    elif rng.random() < 0.15:
        case["unsignedPayload"] = True
        if case["service"] == "s3":
            # Without another checksum botocore signs the payload after all.
            case["headers"].append(("Content-MD5", "rL0Y20zC+Fzt72VPzMSk2A=="))
    return case


def sign(case):
    credentials = Credentials(case["accessKeyId"], case["secretAccessKey"], case.get("sessionToken"))
    scheme = "https" if case.get("unsignedPayload") else "http"
    url = f"{scheme}://{case['host']}{case['path']}" + ("?" + case["query"] if case["query"] else "")
    request = AWSRequest(method=case["method"], url=url, data=b"")
    request.data = bytes.fromhex(case["body"]) if case["form"] == "headers" else b""
    request.headers["Host"] = case["host"]
    for name, value in case["headers"]:
        request.headers.add_header(name, value)
    if case.get("unsignedPayload"):
        request.context["payload_signing_enabled"] = False
    elif case["service"] == "s3":
        request.context["payload_signing_enabled"] = True
    moment = datetime.datetime.fromisoformat(case["time"])
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        signer(case, credentials).add_auth(request)
    if case["form"] == "query":
        case["body"] = ""
        return urlsplit(request.url).query
    return request.headers["Authorization"]


def main():
    rng = random.Random(4)
    lines = []
    for index in range(640):
        case = build(rng, index)
        case["expected"] = sign(case)
        lines.append(json.dumps(case, ensure_ascii=True, separators=(",", ":")))
    path = pathlib.Path(__file__).with_name("vectors.jsonl")
    path.write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} vectors by botocore {botocore.__version__}")


if __name__ == "__main__":
    main()
