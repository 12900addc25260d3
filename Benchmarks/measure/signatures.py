"""Signature Version 4 from the other side: whether a request that a gateway has sent is signed as it should be."""

import hashlib
import hmac
import re
import urllib.parse

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "", "AWS_REGION": "us-east-1"}
# What a call of a JSON service has to sign, at least.
REQUIRED = {"content-type", "host", "x-amz-date", "x-amz-target"}


def judge(method, target, headers, body):
    """None for a request that is not signed, else "good" or what is wrong."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/(\d{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)",
        headers.get("Authorization") or "")
    if not found:
        return "not to be read" if headers.get("Authorization") else None
    day, region, service, names, signature = found.groups()
    if not REQUIRED <= set(names.split(";")):
        return f"signs only {names}"
    path, _, query = target.partition("?")
    pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([
        method, path, "&".join(f"{urllib.parse.quote(k, '')}={urllib.parse.quote(v, '')}" for k, v in pairs),
        *(f"{name}:{' '.join((headers.get(name) or '').split())}" for name in names.split(";")), "", names,
        hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{headers.get('X-Amz-Date')}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + SECRET.encode()
    for part in [day, region, service, "aws4_request"]:
        key = hmac.digest(key, part.encode(), "sha256")
    return "good" if hmac.new(key, text.encode(), "sha256").hexdigest() == signature else "wrong"
