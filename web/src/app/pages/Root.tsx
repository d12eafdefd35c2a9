import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Toasts } from '@/components/Toasts'
import { useUser } from '@/lib/session'

/** Root leads to the login when a session ends while the app is open. */
export function Root() {
  const user = useUser()
  const navigate = useNavigate()
  const here = useRouterState({ select: (state) => state.location })
  const outside = here.pathname === '/login'
  useEffect(() => {
    if (user || outside) return
    void navigate({ to: '/login', search: here.href === '/' ? {} : { next: here.href }, replace: true })
  }, [user, outside, here.href, navigate])
  return (
    <>
      <Outlet />
      <Toasts />
    </>
  )
}
