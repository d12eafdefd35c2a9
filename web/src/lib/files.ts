// Files of a recipe: sent with progress, which fetch can't tell, and read at the addresses that the detail gives.
import createClient from 'openapi-fetch'
import type { paths } from '@/api/file-service.gen'
import { Unreachable, answered, failureOf, options, type Recipe } from '@/lib/api'
import { newId } from '@/lib/id'
import { personHere } from '@/lib/person'

export type RecipeFile = Recipe['files'][number]

const files = createClient<paths>(options)

/** How long nothing may arrive of a file before it is taken for unsent. */
const silence = 30_000

/** What is larger is sent so that it can go on where it broke off. */
const small = 1 << 20

/** attachFile sends a file; onPart hears how much of it is away, from 0 to 1. It throws Refused or Unreachable. */
export async function attachFile(recipe: string, file: File, onPart: (part: number) => void): Promise<void> {
  if (file.size <= small) return attachAtOnce(recipe, file, onPart)
  if (!navigator.onLine) throw new Unreachable('there is no network')
  const { sendResumable } = await import('@/lib/resumableUpload')
  return sendResumable(recipe, file, onPart)
}

function attachAtOnce(recipe: string, file: File, onPart: (part: number) => void): Promise<void> {
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
      if (request.status === 201 && request.getResponseHeader('X-Request-Id')) resolve()
      else reject(failureOf(request.status, mediaType, request.responseText))
    }
    const form = new FormData()
    form.append('file', file)
    request.open('POST', `/api/recipes/${recipe}/files`)
    request.setRequestHeader('Idempotency-Key', newId())
    const person = personHere()
    if (person) request.setRequestHeader('Larder-User', person)
    request.send(form)
  })
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
