import '@fontsource-variable/figtree/wght.css'
import '@fontsource-variable/fraunces/wght.css'
import './tokens.css'
import './base.css'
import { RouterProvider } from '@tanstack/react-router'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, startTransition } from 'react'
import { createRoot } from 'react-dom/client'
import { startLanguage } from '@/lib/i18n'
import { startSession } from '@/lib/session'
import { newQueryClient } from './queries'
import { newRouter } from './router'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

await Promise.all([startLanguage(), startSession()])
const client = newQueryClient()
const router = newRouter(client)

// Render as a transition, which yields to taps while it draws.
startTransition(() =>
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  ),
)
