/** picturesCache is where the service worker keeps pictures, and what is wiped with the rest when the user changes. */
export const picturesCache = 'larder.pictures'
