"""Uploads a file by tuspy, in parts and with a break: tus_upload.py URL TOKEN RECIPE FILE."""

import sys

from tusclient.client import TusClient

url, token, recipe, file = sys.argv[1:]
client = TusClient(url + "/api/files/uploads", headers={"Authorization": "Bearer " + token})
metadata = {"recipe": recipe, "filename": "notes.txt"}
first = client.uploader(file, chunk_size=256 * 1024, metadata=metadata)
first.upload_chunk()

# Another program goes on where the first one broke off.
second = client.uploader(file, chunk_size=256 * 1024, url=first.url)
assert second.offset == 256 * 1024, second.offset
second.upload()
print(second.offset)
