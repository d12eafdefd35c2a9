// Writes a .br and a .gz beside every file of dist that compresses well, so that the server
// compresses nothing while a cook waits. Files that hardly shrink (pictures, fonts) are served as
// they are. It then creates packed, which is embedded in the binary: the same files, but compressed
// ones without their plain form.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const url = (relative) => new URL(relative, import.meta.url)
const worthIt = 0.9

for (const folder of ['app', 'docs']) {
  const root = url(`../dist/${folder}/`)
  for (const name of readdirSync(root, { recursive: true })) {
    if (/\.(html|css|js|json|svg|webmanifest|txt)$/.test(name)) pack(new URL(name, root))
  }
  const embedded = url(`../packed/${folder}/`)
  rmSync(embedded, { recursive: true, force: true })
  cpSync(root, embedded, { recursive: true, filter: (file) => !existsSync(`${file}.gz`) })
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
    if (shrinks(packed.gz, plain)) writeFileSync(`${file.pathname}.${encoding}`, bytes)
  }
}

// What gzip shrinks, brotli does too: so there are both, or none.
function shrinks(packed, plain) {
  return packed.length < plain.length * worthIt
}
