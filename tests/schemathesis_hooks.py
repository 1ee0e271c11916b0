"""How schemathesis sends what it does not know: components, image layouts and tables are bytes."""

import schemathesis

schemathesis.serializer.alias(
    [
        "application/wasm",
        "application/vnd.oci.image.layout.v1+tar",
        "application/vnd.apache.arrow.stream",
        "application/x-ndjson",
    ],
    "application/octet-stream",
)
