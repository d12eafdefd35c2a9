/** picturesCache is where the service worker keeps pictures. */
export const picturesCache = 'larder.pictures'

/** pictureKey is what a picture is kept by: its address is signed anew now and then, and the picture under it never changes. */
export function pictureKey(address: string): string {
  return address.replace(/[?#].*$/, '')
}
