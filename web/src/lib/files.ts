// A recipe's files: uploaded with progress, and read at the addresses in the detail.
import createClient from 'openapi-fetch'
import type { paths } from '@/api/file-service.gen'
import { Unreachable, answered, options, type Recipe } from '@/lib/api'
import { newId } from '@/lib/id'
import { store } from '@/lib/store'
import { upload } from '@/lib/upload'

export type RecipeFile = Recipe['files'][number]

const files = createClient<paths>(options)

/** How long an upload may make no progress before it counts as unsent. */
const silence = 30_000

/** Larger files are sent as resumable uploads. */
const small = 1 << 20

/** A file being uploaded. */
export interface Attaching {
  recipe: string
  file: File
  /** The idempotency key. */
  key: string
  /** Receives the fraction uploaded, from 0 to 1. */
  onPart: (part: number) => void
}

/**
 * attachFile uploads a file and returns the version of the recipe that has it, if the server said
 * so. It throws Refused or Unreachable.
 */
export async function attachFile(attaching: Attaching): Promise<number | undefined> {
  if (attaching.file.size <= small) return attachAtOnce(attaching)
  if (!navigator.onLine) throw new Unreachable('there is no network')
  const { sendResumable } = await import('@/lib/resumableUpload')
  return sendResumable(attaching)
}

async function attachAtOnce({ recipe, file, key, onPart }: Attaching): Promise<number | undefined> {
  const answer = await upload({
    address: `/api/recipes/${recipe}/files`,
    key,
    body: file,
    silence,
    unsent: 'the file was not sent',
    onPart,
    isAnswered: (answer) => answer.status === 201 && !!answer.getResponseHeader('X-Request-Id'),
  })
  return versionIn(answer.getResponseHeader('Larder-After'))
}

/** versionIn parses the version from Larder-After: <recipe>@<version>. */
export function versionIn(after: string | null | undefined): number | undefined {
  const version = Number(/@(\d+)$/.exec(after ?? '')?.[1])
  return version > 0 ? version : undefined
}

/** The server's default limit (LARDER_MAX_FILE_SIZE). */
const usualLimit = 100 * 2 ** 20
const limitNote = 'largest file'

/** largestFile returns the maximum size of a file in bytes, as the server states or last stated. */
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
    // Offline, use its last answer.
  }
  return ((await store.notes.get(limitNote))?.value as number | undefined) ?? usualLimit
}

/** removeFile removes a file from its recipe. It throws Refused or Unreachable. */
export async function removeFile(id: string): Promise<void> {
  const header = { 'Idempotency-Key': newId() }
  await answered(files.DELETE('/api/files/{id}', { params: { path: { id }, header } }))
}

/**
 * openedAt is the address to view a file: browsers don't show HEIC, so a phone's photo opens as a
 * JPEG.
 */
export function openedAt(file: RecipeFile): string | undefined {
  const shown = /^image\/hei[cf]$/.test(file.media_type) ? (file.sizes ?? []) : []
  return shown.filter((size) => size.media_type === 'image/jpeg').at(-1)?.url ?? file.url
}

/** A picture has an address and, if known, a colour to show while it loads. */
export interface Picture {
  src: string
  color: string | undefined
}

/** The pixels that a card needs: one of a phone's two columns at double density. */
export const cardEdge = 400

/**
 * isPicture reports whether a file has sizes to show: not every file with an image type can be
 * drawn.
 */
export function isPicture(file: RecipeFile): boolean {
  return (file.sizes?.length ?? 0) > 0
}

/**
 * hasPicture reports whether a recipe has a picture, as far as is known: a change names files
 * without addresses.
 */
export function hasPicture(recipe: Recipe): boolean {
  return recipe.files.some((file) => isPicture(file) || (!file.url && file.media_type.startsWith('image/')))
}

/** pictureOf returns a recipe's first picture, at about edge pixels; undefined if it has none. */
export function pictureOf(recipe: Recipe, edge: number): Picture | undefined {
  const picture = recipe.files.find(isPicture)
  const src = picture && addressOf(picture, edge)
  return src ? { src, color: picture.color || undefined } : undefined
}

/**
 * addressOf returns the address of a picture's smallest sufficient size; undefined if the file
 * isn't a picture.
 */
export function addressOf(file: RecipeFile, edge: number): string | undefined {
  const sizes = [...(file.sizes ?? [])].sort((a, b) => a.edge - b.edge)
  const webp = sizes.filter((size) => size.media_type === 'image/webp')
  return (webp.find((size) => size.edge >= edge) ?? webp.at(-1))?.url
}
