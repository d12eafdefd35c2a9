/** picturesCache is the service worker's cache for pictures. */
export const picturesCache = 'larder.pictures'

/**
 * pictureKey is a picture's cache key: its address is signed again from time to time, but the
 * picture there never changes.
 */
export function pictureKey(address: string): string {
  return address.replace(/[?#].*$/, '')
}
