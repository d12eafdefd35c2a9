// A request that reports how much of it was sent, which fetch can't.
import { failureOf, Unreachable } from '@/lib/api'
import { personHere } from '@/lib/person'

interface Upload {
  address: string
  /** The idempotency key. */
  key: string
  /** A file, or what is sent as JSON. */
  body: File | object
  /** How long it may make no progress before it counts as unsent, in ms. */
  silence: number
  /** What the error says if it wasn't sent. */
  unsent: string
  /** Receives the fraction sent, from 0 to 1. */
  onPart: (part: number) => void
  /** Whether an answer is the server's, and a success. */
  isAnswered: (answer: XMLHttpRequest) => boolean
}

/** upload posts something and returns the answer. It throws Refused or Unreachable. */
export function upload(wanted: Upload): Promise<XMLHttpRequest> {
  const { silence, unsent, onPart, isAnswered } = wanted
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    let waiting = setTimeout(() => request.abort(), silence)
    const unreachable = () => {
      clearTimeout(waiting)
      reject(new Unreachable(unsent))
    }
    request.upload.onprogress = (event) => {
      clearTimeout(waiting)
      waiting = setTimeout(() => request.abort(), silence)
      if (event.lengthComputable) onPart(event.loaded / event.total)
    }
    request.onerror = unreachable
    request.onabort = unreachable
    request.onload = () => {
      clearTimeout(waiting)
      if (isAnswered(request)) {
        resolve(request)
        return
      }
      const mediaType = request.getResponseHeader('Content-Type')
      const after = request.getResponseHeader('Retry-After')
      reject(failureOf(request.status, mediaType, request.responseText, after))
    }
    request.open('POST', wanted.address)
    request.setRequestHeader('Idempotency-Key', wanted.key)
    const person = personHere()
    if (person) request.setRequestHeader('Larder-User', person)
    send(request, wanted.body)
  })
}

function send(request: XMLHttpRequest, body: File | object) {
  if (body instanceof File) {
    const form = new FormData()
    form.append('file', body)
    request.send(form)
  } else {
    request.setRequestHeader('Content-Type', 'application/json')
    request.send(JSON.stringify(body))
  }
}
