// Files of a recipe: sent with progress, which fetch can't tell, and read at the addresses that the detail gives.
import createClient from 'openapi-fetch'
import type { paths } from '@/api/file-service.gen'
import { Unreachable, answered, failureOf, options, type Recipe } from '@/lib/api'
import { newId } from '@/lib/id'
import { personHere } from '@/lib/person'
import { store } from '@/lib/store'

export type RecipeFile = Recipe['files'][number]

const files = createClient<paths>(options)

/** How long nothing may arrive of a file before it is taken for unsent. */
const silence = 30_000

/** What is larger is sent so that it can go on where it broke off. */
const small = 1 << 20

/** A file on its way. */
export interface Attaching {
  recipe: string
  file: File
  /** Names the request, so that it is done once however often it is sent. */
  key: string
  /** Hears how much of the file is away, from 0 to 1. */
  onPart: (part: number) => void
}

/**
 * attachFile sends a file, and gives the version of the recipe that has it, where the server said so. It throws Refused
 * or Unreachable.
 */
export async function attachFile(attaching: Attaching): Promise<number | undefined> {
  if (attaching.file.size <= small) return attachAtOnce(attaching)
  if (!navigator.onLine) throw new Unreachable('there is no network')
  const { sendResumable } = await import('@/lib/resumableUpload')
  return sendResumable(attaching)
}

function attachAtOnce({ recipe, file, key, onPart }: Attaching): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    let waiting = setTimeout(() => request.abort(), silence)
    const unreachable = () => {
      clearTimeout(waiting)
      reject(new Unreachable('the file was not sent'))
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
      const mediaType = request.getResponseHeader('Content-Type')
      const isAnswered = request.status === 201 && request.getResponseHeader('X-Request-Id')
      if (isAnswered) resolve(versionIn(request.getResponseHeader('Larder-After')))
      else {
        const after = request.getResponseHeader('Retry-After')
        reject(failureOf(request.status, mediaType, request.responseText, after))
      }
    }
    const form = new FormData()
    form.append('file', file)
    request.open('POST', `/api/recipes/${recipe}/files`)
    request.setRequestHeader('Idempotency-Key', key)
    const person = personHere()
    if (person) request.setRequestHeader('Larder-User', person)
    request.send(form)
  })
}

/** versionIn reads the version from Larder-After: <recipe>@<version>. */
export function versionIn(after: string | null | undefined): number | undefined {
  const version = Number(/@(\d+)$/.exec(after ?? '')?.[1])
  return version > 0 ? version : undefined
}

/** What the server takes unless it was told otherwise (LARDER_MAX_FILE_SIZE). */
const usualLimit = 100 * 2 ** 20
const limitNote = 'largest file'

/** largestFile is how many bytes a file may have, as the server says or said. */
export async function largestFile(): Promise<number> {
  try {
    const answer = await fetch('/api/files/uploads', {
      method: 'OPTIONS',
      signal: AbortSignal.timeout(1_500),
    })
    const limit = Number(answer.headers.get('Tus-Max-Size'))
    if (limit > 0) {
      await store.notes.put({ name: limitNote, value: limit })
      return limit
    }
  } catch {
    // Without a network what it said before counts.
  }
  return ((await store.notes.get(limitNote))?.value as number | undefined) ?? usualLimit
}

/** removeFile takes a file off its recipe. It throws Refused or Unreachable. */
export async function removeFile(id: string): Promise<void> {
  const header = { 'Idempotency-Key': newId() }
  await answered(files.DELETE('/api/files/{id}', { params: { path: { id }, header } }))
}

/** openedAt is where a file can be looked at: a browser shows no HEIC, so that a phone's photo is opened as a JPEG. */
export function openedAt(file: RecipeFile): string | undefined {
  const shown = /^image\/hei[cf]$/.test(file.media_type) ? (file.sizes ?? []) : []
  return shown.filter((size) => size.media_type === 'image/jpeg').at(-1)?.url ?? file.url
}

/** A picture is where its bytes are, and the colour to show before they are here, which may be unknown. */
export interface Picture {
  src: string
  color: string | undefined
}

/** What a card needs in pixels: a card of a phone's two columns at two dots a pixel. */
export const cardEdge = 400

/** isPicture tells whether a file has sizes to be shown in: not every file with an image's type can be drawn. */
export function isPicture(file: RecipeFile): boolean {
  return (file.sizes?.length ?? 0) > 0
}

/** hasPicture tells whether a recipe has a picture, as far as is known: a change names files without their addresses. */
export function hasPicture(recipe: Recipe): boolean {
  return recipe.files.some((file) => isPicture(file) || (!file.url && file.media_type.startsWith('image/')))
}

/** pictureOf is a recipe's first picture, at about so many pixels; undefined where it has none. */
export function pictureOf(recipe: Recipe, edge: number): Picture | undefined {
  const picture = recipe.files.find(isPicture)
  const src = picture && addressOf(picture, edge)
  return src ? { src, color: picture.color || undefined } : undefined
}

/** addressOf is that of the smallest size of a picture that is large enough; undefined for a file that is none. */
export function addressOf(file: RecipeFile, edge: number): string | undefined {
  const sizes = [...(file.sizes ?? [])].sort((a, b) => a.edge - b.edge)
  const webp = sizes.filter((size) => size.media_type === 'image/webp')
  return (webp.find((size) => size.edge >= edge) ?? webp.at(-1))?.url
}
