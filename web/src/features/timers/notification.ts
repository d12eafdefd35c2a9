// A timer that is up, as a notification: seen also where another app or tab has the screen.

export interface Told {
  /** The same timer is told once. */
  tag: string
  title: string
  body: string
  /** Where a tap on it leads. */
  url: string
}

/** askToNotify asks whether it is allowed, where that was never answered. It is called by the tap that starts a timer. */
export function askToNotify() {
  if (!('Notification' in globalThis) || Notification.permission !== 'default') return
  void Notification.requestPermission().catch(() => undefined)
}

/** notify shows a notification where it is allowed, and gives what takes it away. */
export async function notify({ tag, title, body, url }: Told): Promise<() => void> {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return () => undefined
  const options = { tag, body, icon: '/icon-192.png', requireInteraction: true, data: { url } }
  const registration = await navigator.serviceWorker?.getRegistration()
  if (!registration?.active) return notifyByPage(title, options)
  const shown = () => registration.getNotifications({ tag })
  if ((await shown()).length === 0) await registration.showNotification(title, options) // else another tab was first
  return () => void shown().then((all) => all.forEach((each) => each.close()))
}

// Without a service worker, as in a private window. A phone's browser refuses it there.
function notifyByPage(title: string, options: NotificationOptions) {
  try {
    const notification = new Notification(title, options)
    return () => notification.close()
  } catch {
    return () => undefined
  }
}
