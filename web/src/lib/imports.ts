// Imports as the server knows them. What is sent may be a whole collection, so it has no deadline
// but reports its progress.
import { queryOptions } from '@tanstack/react-query'
import createClient from 'openapi-fetch'
import type { components, paths } from '@/api/importer.gen'
import { answered, options } from '@/lib/api'
import { newId } from '@/lib/id'
import { upload } from '@/lib/upload'

export type Import = components['schemas']['Import']
export type ImportPreview = components['schemas']['ImportPreview']
export type FoundRecipe = components['schemas']['FoundRecipe']
/** What becomes of recipes that are there already. */
export type Duplicates = components['schemas']['ImportDuplicates']
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
  duplicates: Duplicates,
  onPart: (part: number) => void,
): Promise<string> {
  const { id } = (await post(`?duplicates=${duplicates}`, material, onPart)) as { id: string }
  return id
}

/** How long a request may make no progress before it counts as unsent. */
const silence = 60_000

async function post(query: string, material: Material, onPart: (part: number) => void): Promise<unknown> {
  const answer = await upload({
    address: `/api/imports${query}`,
    key: newId(),
    body: 'file' in material ? material.file : material,
    silence,
    unsent: 'the import was not sent',
    onPart,
    isAnswered: ({ status }) => status === 200 || status === 202,
  })
  return JSON.parse(answer.responseText) as unknown
}
