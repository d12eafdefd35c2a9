// Resumable uploads for larger files: what has been sent survives a broken connection, and even
// closing the app, once the same file is chosen again. The server and the library speak tus; the
// library is loaded with the first such file.
import { DetailedError, Upload } from 'tus-js-client'
import { failureOf, Unreachable } from '@/lib/api'
import { versionIn, type Attaching } from '@/lib/files'
import { personHere } from '@/lib/person'

/** How long an upload may be silent before its progress is checked. */
const silence = 20_000
/** How often in a row it may be silent, or break off while online, before it is given up. */
const patience = 6
const pauses = [500, 1_000, 3_000, 5_000, 10_000]

/**
 * sendResumable uploads a file and resumes after interruptions. It returns and throws like
 * attachFile.
 */
export function sendResumable({ recipe, file, onPart }: Attaching): Promise<number | undefined> {
  const person = personHere()
  return new Promise((resolve, reject) => {
    let version: number | undefined
    let silent = 0
    let waiting: ReturnType<typeof setTimeout> | undefined
    const upload = new Upload(file, {
      endpoint: '/api/files/uploads',
      metadata: { recipe, filename: file.name },
      headers: person ? { 'Larder-User': person } : {},
      onAfterResponse: (_request, response) => {
        // On a 404 the library starts again. A 404 from something in between must not lose what was
        // sent.
        if (!response.getHeader('X-Request-Id')) throw new Error('somebody else has answered')
        version = versionIn(response.getHeader('Larder-After')) ?? version
      },
      fingerprint: () =>
        Promise.resolve(`larder.upload.${recipe}.${file.name}.${file.size}.${file.lastModified}`),
      removeFingerprintOnSuccess: true,
      retryDelays: pauses,
      onShouldRetry: (error) => navigator.onLine && isPassing(error),
      onProgress: (sent, total) => {
        silent = 0
        watch()
        onPart(sent / total)
      },
      onSuccess: () => {
        clearTimeout(waiting)
        resolve(version)
      },
      onError: (error) => {
        clearTimeout(waiting)
        if (error instanceof DetailedError && error.originalResponse) reject(failure(error))
        else if (!navigator.onLine) window.addEventListener('online', goOn, { once: true })
        else reject(new Unreachable(error))
      },
    })
    function watch() {
      clearTimeout(waiting)
      waiting = setTimeout(() => {
        silent += 1
        if (silent > patience) upload.options.onError?.(new Error('nothing is heard of the upload'))
        else void upload.abort().then(goOn)
      }, silence)
    }
    function goOn() {
      watch()
      upload.start()
    }
    void upload.findPreviousUploads().then(([before]) => {
      if (before) upload.resumeFromPreviousUpload(before)
      goOn()
    })
  })
}

function isPassing(error: DetailedError) {
  const status = error.originalResponse?.getStatus() ?? 0
  return status === 0 || status === 409 || status === 423 || status === 429 || status >= 500
}

// Pass on the server's refusal; if the server is down, or a proxy says so, it isn't one.
function failure(error: DetailedError) {
  const { originalResponse: response } = error
  const [type, after] = ['Content-Type', 'Retry-After'].map((name) => response?.getHeader(name))
  return failureOf(response?.getStatus() ?? 0, type, response?.getBody() ?? '', after)
}
