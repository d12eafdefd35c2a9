// Which answers are Larder's own. Between a device and its server stand portals of hotels and proxies, which answer in
// its place: with a page to log in to (200), or with 401, 404 and 502 in HTML. What they say is "no network", and not
// that a session has ended or that a change is refused.

/** isLarders tells whether the server itself has answered. What is in a good answer is for its reader to parse. */
export async function isLarders(response: Response): Promise<boolean> {
  if (response.ok || response.status === 304) {
    if (!response.headers.has('X-Request-Id')) return false
    return response.status === 204 || response.status === 304 || isJSON(response.headers.get('Content-Type'))
  }
  return isProblem(
    response.headers.get('Content-Type'),
    await response
      .clone()
      .text()
      .catch(() => ''),
  )
}

/** isProblem tells whether a refusal is one of Larder's, by its media type and its body (RFC 9457). */
export function isProblem(mediaType: string | null | undefined, body: string): boolean {
  if (!isJSON(mediaType)) return false
  try {
    const problem: unknown = JSON.parse(body)
    return typeof problem === 'object' && problem !== null && 'title' in problem
  } catch {
    return false // it broke off on its way
  }
}

function isJSON(mediaType: string | null | undefined): boolean {
  return /^application\/(problem\+)?json\s*(;|$)/i.test(mediaType ?? '')
}
