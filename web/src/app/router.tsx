import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { filterOf, readFilter, type FilterSearch } from '@/lib/filter'
import { listQuery, openKept, recipeQuery } from '@/lib/recipes'
import { isLoggedOut, sessionQuery } from '@/lib/session'
import { Broken } from './pages/Broken'
import { NotThere } from './pages/NotThere'
import { Larder } from './pages/Larder'
import { Root } from './pages/Root'

export interface Search extends FilterSearch {
  q?: string
}

const rootRoute = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Root,
  notFoundComponent: NotThere,
})

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { next?: string } => pick(search, 'next'),
  component: lazyRouteComponent(() => import('./pages/Login'), 'Login'),
})

// Everything but the login requires a user.
const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'inside',
  beforeLoad: async ({ context, location, preload }) => {
    if (!preload && !isLoggedOut()) askAtOnce(context.client, location)
    const user = await context.client.ensureQueryData(sessionQuery)
    if (!user) throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } })
  },
})

const larderRoute = createRoute({
  getParentRoute: () => insideRoute,
  id: 'larder',
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...pick(search, 'q'),
    ...readFilter(search),
  }),
  component: Larder,
})

const listRoute = createRoute({ getParentRoute: () => larderRoute, path: '/' })

interface Servings {
  for?: number | undefined
}

function servingsOf(search: Record<string, unknown>): Servings {
  const servings = Number(search['for'])
  return servings > 0 && servings <= 10_000 ? { for: servings } : {}
}

const recipePage = () => import('./pages/Recipe')

const recipeRoute = createRoute({
  getParentRoute: () => larderRoute,
  path: '/recipes/$id',
  validateSearch: servingsOf,
  loader: ({ context, params }) => openKept(context.client, params.id),
  component: lazyRouteComponent(recipePage, 'Recipe'),
})

const cookRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/recipes/$id/cook',
  validateSearch: (search: Record<string, unknown>): Servings & { step?: number } => {
    const step = Number(search['step'])
    return { ...servingsOf(search), ...(Number.isInteger(step) && step > 0 && { step }) }
  },
  loader: ({ context, params }) => openKept(context.client, params.id),
  component: lazyRouteComponent(() => import('./pages/Cook'), 'Cook'),
})

const editRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/recipes/$id/edit',
  loader: ({ context, params }) => openKept(context.client, params.id),
  component: lazyRouteComponent(() => import('./pages/Edit'), 'Edit'),
})

const historyRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/recipes/$id/history',
  component: lazyRouteComponent(() => import('./pages/History'), 'History'),
})

const newRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/recipes/new',
  component: lazyRouteComponent(() => import('./pages/Edit'), 'Edit'),
})

const exportRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/export',
  component: lazyRouteComponent(() => import('./pages/Export'), 'Export'),
})

const deletedRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/deleted',
  component: lazyRouteComponent(() => import('./pages/Deleted'), 'Deleted'),
})

const importRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/import',
  validateSearch: (search: Record<string, unknown>): { url?: string; text?: string; title?: string } => ({
    ...pick(search, 'url'),
    ...pick(search, 'text'),
    ...pick(search, 'title'),
  }),
  component: lazyRouteComponent(() => import('./pages/Import'), 'Import'),
})

const oneImportRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/imports/$id',
  validateSearch: (search: Record<string, unknown>): { then?: 'open' | 'edit' } => {
    const { then } = search
    return then === 'open' || then === 'edit' ? { then } : {}
  },
  component: lazyRouteComponent(() => import('./pages/OneImport'), 'OneImport'),
})

const routes = rootRoute.addChildren([
  loginRoute,
  insideRoute.addChildren([
    larderRoute.addChildren([listRoute, recipeRoute]),
    cookRoute,
    editRoute,
    historyRoute,
    newRoute,
    exportRoute,
    deletedRoute,
    importRoute,
    oneImportRoute,
  ]),
])

// Fetch a page's data without waiting for the session: both are requests to the same server.
function askAtOnce(client: QueryClient, { pathname, search }: { pathname: string; search: Search }) {
  if (pathname === '/') void client.prefetchInfiniteQuery(listQuery(search.q ?? '', filterOf(search)))
  const id = /^\/recipes\/([0-9a-f-]{36})$/.exec(pathname)?.[1]
  if (!id) return
  void client.prefetchQuery(recipeQuery(id))
  void recipePage()
}

// Anyone can write an address, so accept only text from it.
function pick<K extends string>(search: Record<string, unknown>, key: K): { [P in K]?: string } {
  const value = search[key]
  return typeof value === 'string' && value !== '' ? ({ [key]: value } as { [P in K]?: string }) : {}
}

// Plain query parameters, like the API's: ?tag=soup&tag=winter.
function parseSearch(text: string): Record<string, string | string[]> {
  const search: Record<string, string | string[]> = {}
  for (const [key, value] of new URLSearchParams(text)) {
    const before = search[key]
    search[key] = before === undefined ? value : [before, value].flat()
  }
  return search
}

function stringifySearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search).flatMap(([key, value]) => [value].flat().map((each) => [key, each]))
  const text = new URLSearchParams(
    pairs.flatMap(([key, each]) =>
      ['string', 'number', 'boolean'].includes(typeof each) ? [[String(key), String(each)]] : [],
    ),
  ).toString()
  return text && `?${text}`
}

export function newRouter(client: QueryClient) {
  return createRouter({
    routeTree: routes,
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: Broken,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>
  }
}
