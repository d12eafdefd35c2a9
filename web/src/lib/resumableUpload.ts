// Files that take a while: what is away stays away when the connection breaks off, also while the app was closed and
// the same file is chosen again. The server speaks tus, and so does the library; it is loaded with the first such file.
import { DetailedError, Upload } from 'tus-js-client'
import { failureOf, Unreachable } from '@/lib/api'
import { versionIn, type Attaching } from '@/lib/files'
import { personHere } from '@/lib/person'

/** How long nothing may be heard of an upload before it is asked how far it is. */
const silence = 20_000
/** How often it may be silent in a row, or broken off while there is a network, before it is given up. */
const patience = 6
const pauses = [500, 1_000, 3_000, 5_000, 10_000]

/** sendResumable sends a file and goes on where it broke off. It gives and throws what attachFile does. */
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
        // The library begins anew where it is told 404. Somebody else's 404 must not cost what is away already.
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

// What the server said is passed on; that it is away, or a proxy in front of it says so, is no refusal.
function failure(error: DetailedError) {
  const { originalResponse: response } = error
  const [type, after] = ['Content-Type', 'Retry-After'].map((name) => response?.getHeader(name))
  return failureOf(response?.getStatus() ?? 0, type, response?.getBody() ?? '', after)
}
