"""How schemathesis sends what it does not know: a component is bytes."""

import schemathesis

schemathesis.serializer.alias("application/wasm", "application/octet-stream")
