"""A value as the text of a `function_call_output`: the protocol's `output` is always a string."""

import json


def output_text(value: object) -> str:
    """Text as it is; every other value as JSON without spaces.

    Raises:
        ValueError: The value is none that JSON has.
    """
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"{type(value).__name__} is no text and no JSON: {error}") from error
    # A surrogate without its pair, as arguments may have one, cannot be sent as UTF-8.
    return value.encode("utf-8", "replace").decode()
