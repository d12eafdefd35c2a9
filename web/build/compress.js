// Puts a .br and a .gz beside every file of dist that shrinks by it, so that the server compresses nothing
// while a cook waits. A file that hardly shrinks (pictures, fonts) has none, and goes out as it is.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const folders = ['../dist/app/', '../dist/docs/'].map((folder) => new URL(folder, import.meta.url))
const worthIt = 0.9

for (const root of folders) {
  for (const name of readdirSync(root, { recursive: true })) {
    if (/\.(html|css|js|json|svg|webmanifest|txt)$/.test(name)) pack(new URL(name, root))
  }
}

function pack(file) {
  const plain = readFileSync(file)
  const packed = {
    br: brotliCompressSync(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    }),
    gz: gzipSync(plain, { level: 9 }),
  }
  for (const [encoding, bytes] of Object.entries(packed)) {
    if (bytes.length < plain.length * worthIt) writeFileSync(`${file.pathname}.${encoding}`, bytes)
  }
}
