// Imports as the server knows them. What is sent may be a whole collection, so it has no deadline
// but reports its progress, which fetch can't.
import { queryOptions } from '@tanstack/react-query'
import createClient from 'openapi-fetch'
import type { components, paths } from '@/api/importer.gen'
import { answered, failureOf, options, Unreachable } from '@/lib/api'
import { newId } from '@/lib/id'
import { personHere } from '@/lib/person'

export type Import = components['schemas']['Import']
export type ImportPreview = components['schemas']['ImportPreview']
export type FoundRecipe = components['schemas']['FoundRecipe']
type Request = components['schemas']['ImportRequest']

/** Something to import: as JSON, or a file. */
export type Material = Request | { file: File }

const imports = createClient<paths>(options)

export const importsKey = ['imports'] as const

export const importsQuery = queryOptions({
  queryKey: importsKey,
  queryFn: async ({ signal }) => (await answered(imports.GET('/api/imports', { signal }))).data.items,
})

/** isActive reports whether an import still changes by itself. */
export const isActive = ({ state }: Pick<Import, 'state'>) =>
  ['waiting', 'fetching', 'reading', 'writing', 'undoing'].includes(state)

/** How often an active import is asked for; its list grows meanwhile. */
const pace = 1_000

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: [...importsKey, id],
    queryFn: async ({ signal }) =>
      (await answered(imports.GET('/api/imports/{id}', { params: { path: { id } }, signal }))).data,
    refetchInterval: ({ state }) => (state.data && isActive(state.data) ? pace : false),
  })

export async function undoImport(id: string): Promise<Import> {
  return (await answered(imports.POST('/api/imports/{id}/undo', { params: { path: { id } } }))).data
}

export async function cancelImport(id: string) {
  await answered(imports.DELETE('/api/imports/{id}', { params: { path: { id } } }))
}

/** preview returns what the server finds in it; nothing is kept. */
export function preview(material: Material, onPart: (part: number) => void): Promise<ImportPreview> {
  return post('?dry_run=true', material, onPart) as Promise<ImportPreview>
}

/** begin begins an import and returns its id. */
export async function begin(
  material: Material,
  duplicates: 'skip' | 'keep',
  onPart: (part: number) => void,
): Promise<string> {
  const { id } = (await post(`?duplicates=${duplicates}`, material, onPart)) as { id: string }
  return id
}

/** How long a request may make no progress before it counts as unsent. */
const silence = 60_000

function post(query: string, material: Material, onPart: (part: number) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    let waiting = setTimeout(() => request.abort(), silence)
    const unreachable = () => {
      clearTimeout(waiting)
      reject(new Unreachable('the import was not sent'))
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
      if (request.status === 200 || request.status === 202) resolve(JSON.parse(request.responseText))
      else {
        const retryAfter = request.getResponseHeader('Retry-After')
        reject(failureOf(request.status, mediaType, request.responseText, retryAfter))
      }
    }
    request.open('POST', `/api/imports${query}`)
    request.setRequestHeader('Idempotency-Key', newId())
    const person = personHere()
    if (person) request.setRequestHeader('Larder-User', person)
    if ('file' in material) {
      const form = new FormData()
      form.append('file', material.file)
      request.send(form)
    } else {
      request.setRequestHeader('Content-Type', 'application/json')
      request.send(JSON.stringify(material))
    }
  })
}
