#!/usr/bin/env python3
"""Writes the cases of this folder: see README.md."""

import json
import os
import random
from decimal import Decimal, getcontext

from jsonschema import Draft4Validator

getcontext().prec = 400
HERE = os.path.dirname(os.path.abspath(__file__))

VALUES = [
    "null", "true", "false", "0", "1", "-1", "1.0", "1e2", "100", "2.5", "-0.0", "12345678901234567890",
    "0.1", "1e-3", "1.5E+3", '""', '"a"', '"ab"', '"abc"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\ud83d\\ude00x"', "[]", "[1]",
    "[1,2]", "[1,1.0]", '["a","b","a"]', "[[1],[1]]", '[{"a":1,"b":2},{"b":2,"a":1}]', "[0,false]", "[1,true]",
    '[null,null]', "{}", '{"a":1}', '{"a":"x"}', '{"b":1}', '{"a":1,"b":2}', '{"a":1,"b":2,"c":3}', '{"a":null}',
    '{"foo":{"foo":{"foo":1}}}', '{"a":[1,2,{"b":true}]}', '{"":0}', '{"a/b":1,"c~d":2}',
]

CATEGORIES = {
    "type": [{"type": t} for t in ["array", "boolean", "integer", "null", "number", "object", "string"]]
    + [{"type": ["integer", "null"]}, {"type": ["string", "array", "object"]}, {"type": ["number"]}],
    "enum": [{"enum": e} for e in [[1], [True], [0, False], [None], ["a", "b"], [[1]], [[1, 2], {"a": 1}],
             [{"b": 2, "a": 1}], [{}], [[]], [""], ["\u00e9"], [100, 2.5], [1, "1"]]],
    "numbers": [{"minimum": 1}, {"minimum": 1, "exclusiveMinimum": True}, {"minimum": -1, "exclusiveMinimum": False},
                {"maximum": 1}, {"maximum": 1, "exclusiveMaximum": True}, {"maximum": 100}, {"minimum": 0.1, "maximum": 2.5},
                {"minimum": 12345678901234567890}, {"maximum": 12345678901234567889},
                {"multipleOf": 1}, {"multipleOf": 2}, {"multipleOf": 0.5}, {"multipleOf": 0.1}, {"multipleOf": 0.01},
                {"multipleOf": 3}, {"multipleOf": 1e-8}, {"multipleOf": 10}],
    "strings": [{"minLength": 1}, {"minLength": 2}, {"maxLength": 1}, {"maxLength": 0}, {"minLength": 2, "maxLength": 2},
                {"pattern": "a"}, {"pattern": "^a$"}, {"pattern": "^$"}, {"pattern": "^[a-c]{2,}$"}, {"pattern": "b|c"},
                {"pattern": "^a.c$"}, {"pattern": "\\w\\w"}],
    "arrays": [{"items": {"type": "integer"}}, {"items": [{"type": "integer"}, {"type": "string"}]},
               {"items": [{}], "additionalItems": False}, {"items": [{}], "additionalItems": {"type": "integer"}},
               {"items": {}, "additionalItems": False}, {"additionalItems": False}, {"minItems": 1}, {"minItems": 2},
               {"maxItems": 1}, {"maxItems": 0}, {"uniqueItems": True}, {"uniqueItems": False},
               {"items": [], "additionalItems": False}, {"items": {"type": "array", "items": {"minimum": 2}}}],
    "objects": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"a": {}, "b": {"enum": [2]}}},
                {"required": ["a"]}, {"required": ["b", "a"]}, {"required": [""]}, {"minProperties": 1}, {"minProperties": 2},
                {"maxProperties": 1}, {"maxProperties": 0}, {"additionalProperties": False},
                {"properties": {"a": {}}, "additionalProperties": False},
                {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
                {"patternProperties": {"^a": {"type": "integer"}}},
                {"patternProperties": {"^[ab]$": {"minimum": 2}}, "additionalProperties": False},
                {"properties": {"a": {"type": "number"}}, "patternProperties": {"a": {"minimum": 2}}, "additionalProperties": {"type": "null"}},
                {"dependencies": {"a": ["b"]}}, {"dependencies": {"a": ["b", "c"], "b": ["a"]}},
                {"dependencies": {"a": {"properties": {"b": {"type": "string"}}}}},
                {"dependencies": {"a": {"minProperties": 2}, "b": ["a"]}},
                {"properties": {"a/b": {"type": "string"}, "c~d": {"type": "integer"}}}],
    "combinations": [{"allOf": [{"type": "integer"}, {"minimum": 1}]}, {"anyOf": [{"type": "string"}, {"minimum": 2}]},
                     {"oneOf": [{"type": "integer"}, {"minimum": 2}]}, {"oneOf": [{}, {}]}, {"oneOf": [{"type": "null"}, {"required": ["a"]}]},
                     {"not": {"type": "object"}}, {"not": {}}, {"not": {"not": {"type": "string"}}},
                     {"allOf": [{"anyOf": [{"type": "array"}, {"type": "object"}]}, {"not": {"maxItems": 0}}]},
                     {"type": "object", "allOf": [{"required": ["a"]}], "anyOf": [{"required": ["b"]}, {"maxProperties": 1}]}],
    "references": [
        {"properties": {"foo": {"$ref": "#"}}, "additionalProperties": False},
        {"definitions": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/definitions/n"}}},
        {"definitions": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/definitions/n", "type": "string"}}},
        {"definitions": {"a/b": {"type": "string"}, "c~d": {"minimum": 9}, "e%f": {"type": "null"}},
         "properties": {"a/b": {"$ref": "#/definitions/a~1b"}, "c~d": {"$ref": "#/definitions/c~0d"}, "a": {"$ref": "#/definitions/e%25f"}}},
        {"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/c"}, "c": {"type": "string"}},
         "properties": {"a": {"$ref": "#/definitions/a"}}},
        {"items": [{"type": "integer"}, {"$ref": "#/items/0"}]},
        {"definitions": {"tree": {"type": ["object", "integer", "boolean", "array", "null", "string"], "not": {"enum": [3]},
                                  "additionalProperties": {"$ref": "#/definitions/tree"}, "items": {"$ref": "#/definitions/tree"}}},
         "$ref": "#/definitions/tree"},
        {"$ref": "http://json-schema.org/draft-04/schema#"},
        {"id": "http://x.test/root.json", "definitions": {"n": {"id": "n.json", "type": "integer"}}, "properties": {"a": {"$ref": "n.json"}}},
        {"id": "http://x.test/root.json", "definitions": {"n": {"id": "#here", "type": "integer"}}, "properties": {"a": {"$ref": "#here"}}},
    ],
}


def exact(text):
    return json.loads(text, parse_float=Decimal)


def verdict(schema, text):
    return Draft4Validator(exact(json.dumps(schema))).is_valid(exact(text))


def group(description, schema, texts):
    tests = ['{"description": %s, "data": %s, "valid": %s}' % (json.dumps(t), t, json.dumps(verdict(schema, t))) for t in texts]
    return '{"description": %s, "schema": %s, "tests": [\n  %s]}' % (
        json.dumps(description), json.dumps(schema), ",\n  ".join(tests))


def write(name, groups):
    with open(os.path.join(HERE, name + ".json"), "w") as out:
        out.write("[" + ",\n".join(groups) + "]\n")


def random_schema(dice, depth=0):
    schema = {}
    for _ in range(dice.randint(1, 3)):
        kinds = ["values", "simple"] if depth > 2 else ["values", "simple", "object", "array", "combine", "ref"]
        kind = dice.choice(kinds)
        below = lambda: random_schema(dice, depth + 1)
        if kind == "values":
            schema.update(dice.choice([{"type": dice.sample(["array", "integer", "null", "number", "object", "string"], dice.randint(1, 3))},
                                       {"enum": [json.loads(v) for v in dice.sample(VALUES, 3) if "." not in v and "e" not in v] or [1]}]))
        elif kind == "simple":
            schema.update(dice.choice(CATEGORIES[dice.choice(["numbers", "strings"])] + CATEGORIES["arrays"] + CATEGORIES["objects"]))
        elif kind == "object":
            schema["properties"] = {n: below() for n in dice.sample(["a", "b", "c", "foo"], dice.randint(1, 3))}
            if dice.random() < 0.3:
                schema["additionalProperties"] = dice.choice([False, below()])
        elif kind == "array":
            schema["items"] = dice.choice([below(), [below(), below()]])
        elif kind == "combine":
            word = dice.choice(["allOf", "anyOf", "oneOf", "not"])
            schema[word] = below() if word == "not" else [below() for _ in range(dice.randint(1, 3))]
        elif depth > 0:
            return {"$ref": "#/definitions/d%d" % dice.randint(0, 1)}
    return schema


def main():
    for name, schemas in CATEGORIES.items():
        write(name, [group(json.dumps(s), s, VALUES) for s in schemas])
    dice = random.Random(4)
    groups = []
    for number in range(200):
        schema = random_schema(dice)
        schema["definitions"] = {"d0": {"type": ["integer", "object"], "additionalProperties": {"$ref": "#/definitions/d1"}},
                                 "d1": {"minProperties": 1, "items": {"$ref": "#/definitions/d0"}}}
        groups.append(group("random %d" % number, schema, dice.sample(VALUES, 8)))
    write("random", groups)


main()
