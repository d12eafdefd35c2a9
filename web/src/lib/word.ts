// Which answers are Larder's own. Hotel portals and proxies between a device and its server answer
// in its place: with a login page (200), or with 401, 404 and 502 in HTML. That means "no network",
// not that the session has ended or a change was refused.

/**
 * isLarders reports whether the server itself answered. A successful answer's content is for its
 * reader to parse.
 */
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

/** isProblem reports whether a refusal is Larder's, by its media type and body (RFC 9457). */
export function isProblem(mediaType: string | null | undefined, body: string): boolean {
  if (!isJSON(mediaType)) return false
  try {
    const problem: unknown = JSON.parse(body)
    return typeof problem === 'object' && problem !== null && 'title' in problem
  } catch {
    return false // it was cut off
  }
}

function isJSON(mediaType: string | null | undefined): boolean {
  return /^application\/(problem\+)?json\s*(;|$)/i.test(mediaType ?? '')
}
