"""What Schemathesis has to be told to read the documents."""

import schemathesis

# tus sends bytes under a name of its own.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
