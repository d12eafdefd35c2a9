// A recipe's earlier versions, as the server keeps them. They aren't stored on the device.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { answered, queries, type Recipe } from './api'

/** versionsQuery lists a recipe's versions, newest first. */
export const versionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['versions', id],
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { id }, query: pageParam ? { before: pageParam } : {} }
      return (await answered(queries.GET('/api/recipes/{id}/history', { params, signal }))).data
    },
    initialPageParam: 0,
    getNextPageParam: (last) => last.next_before,
    retry: false,
  })

/** versionQuery reads a recipe as it was at a version, which never changes. */
export const versionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ['version', id, version],
    queryFn: async ({ signal }): Promise<Recipe> => {
      const params = { path: { id, version } }
      return (await answered(queries.GET('/api/recipes/{id}/history/{version}', { params, signal }))).data
    },
    staleTime: Infinity,
    retry: false,
  })

/** deletedQuery lists the deleted recipes that can be restored, latest deletion first. */
export const deletedQuery = infiniteQueryOptions({
  queryKey: ['deleted'],
  queryFn: async ({ pageParam, signal }) => {
    const params = { query: pageParam ? { before: pageParam } : {} }
    return (await answered(queries.GET('/api/deleted', { params, signal }))).data
  },
  initialPageParam: 0,
  getNextPageParam: (last) => last.next_before,
  retry: false,
})
