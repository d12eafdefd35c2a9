import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Toasts } from '@/components/Toasts'
import { useMeasured } from '@/components/useMeasured'
import { OfflineStrip } from '@/features/offline/OfflineStrip'
import { useSync } from '@/features/offline/useSync'
import { Timers } from '@/features/timers/Timers'
import { UpdatePrompt } from '@/features/update/UpdatePrompt'
import { useUser } from '@/lib/session'

/** Root is around every page: it keeps the device in step, and leads to the login when a session ends. */
export function Root() {
  const user = useUser()
  const navigate = useNavigate()
  const here = useRouterState({ select: (state) => state.location })
  useSync(user?.id ?? null)
  const strips = useRef<HTMLDivElement>(null)
  useMeasured(strips, '--strips')
  const outside = here.pathname === '/login'
  useEffect(() => {
    if (user || outside) return
    void navigate({ to: '/login', search: here.href === '/' ? {} : { next: here.href }, replace: true })
  }, [user, outside, here.href, navigate])
  return (
    <>
      <div ref={strips}>
        <UpdatePrompt />
        <OfflineStrip
          onEdit={(id) =>
            void (id
              ? navigate({ to: '/recipes/$id/edit', params: { id } })
              : navigate({ to: '/recipes/new' }))
          }
        />
      </div>
      {user && <Timers />}
      <Outlet />
      <Toasts />
    </>
  )
}
