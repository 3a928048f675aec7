"""JSON Schemas of what belongs to no project: versions, signing in, errors.

Owns: those schemas. Sees: the stones. Governed by: BCF-API 1.0 and 2.1, Foundation API 1.0.
"""

from schema_words import BOOLEAN, FLOWS, NAME, STRING, URL, Schema, array_of, members, null_or, some_of
from texts import V30, Text


def version(_text: Text) -> Schema:
    return members({"version_id": NAME}, {"detailed_version": STRING})


def versions(text: Text) -> Schema:
    if text is V30:
        entry = members(
            {"api_id": NAME, "version_id": NAME}, {"detailed_version": STRING, "api_base_url": STRING}
        )  # fmt: skip
        bcf = {"type": "object", "properties": {"api_id": {"const": "bcf"}, "version_id": {"const": "3.0"}}}
        return members({"versions": {**array_of(entry), "contains": bcf}})
    entry = members({"version_id": NAME}, {"detailed_version": STRING})
    own = {"type": "object", "properties": {"version_id": {"const": "2.1"}}}
    return members({"versions": {**array_of(entry), "contains": own}})


def auth(text: Text) -> Schema:
    if text.is_1_0:
        return members(
            {"oauth2_auth_url": URL, "oauth2_token_url": URL}, {"oauth2_dynamic_client_reg_url": null_or(URL)}
        )
    schema = members(
        {"supported_oauth2_flows": some_of(FLOWS)} if text is V30 else {},
        {
            "oauth2_auth_url": URL,
            "oauth2_token_url": URL,
            "oauth2_dynamic_client_reg_url": null_or(URL),
            "http_basic_supported": BOOLEAN,
            "supported_oauth2_flows": some_of(FLOWS),
        },
    )
    pair = {"oauth2_auth_url": ["oauth2_token_url"], "oauth2_token_url": ["oauth2_auth_url"]}
    return {**schema, "dependentRequired": pair}


def registration(_text: Text) -> Schema:
    return members({"client_id": NAME, "client_secret": NAME})


def current_user(_text: Text) -> Schema:
    return members({"id": NAME}, {"name": STRING})


def error(_text: Text) -> Schema:
    return members({"message": NAME})
