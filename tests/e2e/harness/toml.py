"""Writes a dict as TOML: tables, arrays of tables, texts, numbers, booleans and arrays of those."""

import json


def dumps(tables):
    lines = []
    _table(tables, "", lines)
    return "\n".join(lines) + "\n"


def _table(table, path, lines):
    for key, value in table.items():
        if not isinstance(value, dict) and not _is_array_of_tables(value):
            lines.append(f"{key} = {_value(value)}")
    for key, value in table.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            lines.append(f"\n[{name}]")
            _table(value, name, lines)
        elif _is_array_of_tables(value):
            for entry in value:
                lines.append(f"\n[[{name}]]")
                _table(entry, name, lines)


def _is_array_of_tables(value):
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    return json.dumps(str(value))
