import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Toasts } from '@/components/Toasts'
import { OfflineStrip } from '@/features/offline/OfflineStrip'
import { useSync } from '@/features/offline/useSync'
import { UpdatePrompt } from '@/features/update/UpdatePrompt'
import { useUser } from '@/lib/session'

/** Root is around every page: it keeps the device in step, and leads to the login when a session ends. */
export function Root() {
  const user = useUser()
  const navigate = useNavigate()
  const here = useRouterState({ select: (state) => state.location })
  useSync(user?.id ?? null)
  const outside = here.pathname === '/login'
  useEffect(() => {
    if (user || outside) return
    void navigate({ to: '/login', search: here.href === '/' ? {} : { next: here.href }, replace: true })
  }, [user, outside, here.href, navigate])
  return (
    <>
      <UpdatePrompt />
      <OfflineStrip
        onEdit={(id) =>
          void (id ? navigate({ to: '/recipes/$id/edit', params: { id } }) : navigate({ to: '/recipes/new' }))
        }
      />
      <Outlet />
      <Toasts />
    </>
  )
}
