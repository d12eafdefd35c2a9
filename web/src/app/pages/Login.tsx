import { useRouter, useSearch } from '@tanstack/react-router'
import { LoginPage } from '@/features/login/LoginPage'

export function Login() {
  const router = useRouter()
  const { next } = useSearch({ from: '/login' })
  const address = ownAddress(next)
  return <LoginPage next={address} onDone={() => router.history.push(address)} />
}

// Allow only this app's addresses: a link that someone sent must not redirect elsewhere after the
// login.
function ownAddress(next: string | undefined): string {
  if (!next) return '/'
  const address = new URL(next, location.origin)
  return address.origin === location.origin && next.startsWith('/')
    ? address.href.slice(location.origin.length)
    : '/'
}
