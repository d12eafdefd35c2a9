// A finished timer's notification, visible while another app or tab is on screen.

export interface Told {
  /** Prevents duplicates for the same timer. */
  tag: string
  title: string
  body: string
  /** Where tapping it leads. */
  url: string
}

/**
 * askToNotify asks for permission if that was never answered. Call it from the tap that starts a
 * timer.
 */
export function askToNotify() {
  if (!('Notification' in globalThis) || Notification.permission !== 'default') return
  void Notification.requestPermission().catch(() => undefined)
}

/** notify shows a notification if permitted, and returns a function that closes it. */
export async function notify({ tag, title, body, url }: Told): Promise<() => void> {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return () => undefined
  const options = { tag, body, icon: '/icon-192.png', requireInteraction: true, data: { url } }
  const registration = await navigator.serviceWorker?.getRegistration()
  if (!registration?.active) return notifyByPage(title, options)
  const shown = () => registration.getNotifications({ tag })
  if ((await shown()).length === 0) await registration.showNotification(title, options) // otherwise another tab was first
  return () => void shown().then((all) => all.forEach((each) => each.close()))
}

// Without a service worker, as in a private window. Phone browsers refuse this.
function notifyByPage(title: string, options: NotificationOptions) {
  try {
    const notification = new Notification(title, options)
    return () => notification.close()
  } catch {
    return () => undefined
  }
}
