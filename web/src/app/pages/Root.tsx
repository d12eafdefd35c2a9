import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Toasts } from '@/components/Toasts'
import { useMeasured } from '@/components/useMeasured'
import { OfflineStrip } from '@/features/offline/OfflineStrip'
import { useSync } from '@/features/offline/useSync'
import { Timers } from '@/features/timers/Timers'
import { useWatchedPerson } from '@/features/login/useWatchedPerson'
import { PlainAddress } from '@/features/update/PlainAddress'
import { UpdatePrompt } from '@/features/update/UpdatePrompt'
import { keepGroceryList } from '@/lib/groceryList'
import { isLeftHere } from '@/lib/left'
import { useUser } from '@/lib/session'

/**
 * Root wraps every page: it keeps the device in sync, and redirects to the login when a session
 * ends.
 */
export function Root() {
  const user = useUser()
  const navigate = useNavigate()
  const here = useRouterState({ select: (state) => state.location })
  useSync(user?.id ?? null)
  useWatchedPerson()
  const shopper = user?.grocery ? user.id : null
  useEffect(() => (shopper === null ? undefined : keepGroceryList(shopper)), [shopper])
  const strips = useRef<HTMLDivElement>(null)
  useMeasured(strips, '--strips')
  const outside = here.pathname === '/login'
  useEffect(() => {
    if (user || outside) return
    // Don't reveal where someone was who has logged out.
    const search = here.href === '/' || isLeftHere() ? {} : { next: here.href }
    void navigate({ to: '/login', search, replace: true, ignoreBlocker: true })
  }, [user, outside, here.href, navigate])
  return (
    <>
      <div ref={strips}>
        <UpdatePrompt />
        {user && <PlainAddress />}
        <OfflineStrip
          key={user?.id}
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
