// Uploads a file by tus-js-client, breaks off and goes on: tus_upload.mjs MODULES URL TOKEN RECIPE FILE.
import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [modules, url, token, recipe, file] = process.argv.slice(2)
const { FileUrlStorage, Upload } = createRequire(join(modules, 'tus_upload.mjs'))('tus-js-client')
const chunkSize = 256 * 1024
const methods = []

// What a program knows of the upload after it was ended is what it wrote down.
const options = {
  endpoint: `${url}/api/files/uploads`,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { recipe, filename: 'notes.txt' },
  chunkSize,
  storeFingerprintForResuming: true,
  removeFingerprintOnSuccess: true,
  urlStorage: new FileUrlStorage(join(process.env.TMPDIR ?? tmpdir(), 'uploads.json')),
  fingerprint: async () => 'notes',
  retryDelays: null,
  onBeforeRequest: (request) => void methods.push(request.getMethod()),
}

// It breaks off in the middle of the second part.
await new Promise((resolve, reject) => {
  const first = new Upload(createReadStream(file), {
    ...options,
    onError: reject,
    onProgress: (sent) => {
      if (sent > chunkSize) first.abort().then(resolve, reject)
    },
  })
  first.start()
})
assert.equal(methods[0], 'POST')

const [before] = await options.urlStorage.findUploadsByFingerprint('notes')
methods.length = 0
const accepted = []
await new Promise((resolve, reject) => {
  const second = new Upload(createReadStream(file), {
    ...options,
    onError: reject,
    onSuccess: resolve,
    onChunkComplete: (_size, all) => accepted.push(all),
  })
  second.resumeFromPreviousUpload(before)
  second.start()
})
assert.equal(methods[0], 'HEAD')
assert(!methods.includes('POST'), 'began anew')
assert(accepted[0] > chunkSize, `sent again what was there: ${accepted}`)

// Whoever gives up takes away what is there.
const dropped = await new Promise((resolve, reject) => {
  const third = new Upload(createReadStream(file), {
    ...options,
    onError: reject,
    onChunkComplete: () => third.abort(true).then(() => resolve(third.url), reject),
  })
  third.start()
})
const answer = await fetch(dropped, { method: 'HEAD', headers: { ...options.headers, 'Tus-Resumable': '1.0.0' } })
assert.equal(answer.status, 404)
console.log(accepted.at(-1))
