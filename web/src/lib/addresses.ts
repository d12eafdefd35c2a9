/** A piece of a text; href is set if the piece is a followable address. */
export interface Piece {
  text: string
  href?: string
}

// Only http and https are followed: javascript: would run on this page, and other schemes open
// programs.
const address =
  /https?:\/\/[^\s<>"]+|(?<![\p{L}\p{N}@.:/-])(?:www\.[^\s<>"/]+\.[a-z]{2,}|[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}(?=\/))(?:\/[^\s<>"]*)?/giu

/**
 * addressesIn finds the addresses in a cook's text, including www.example.org and example.org/pie.
 */
export function addressesIn(text: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(address)) {
    const written = withoutEnd(found)
    const href = hrefOf(written)
    if (!href) continue
    if (index > from) pieces.push({ text: text.slice(from, index) })
    pieces.push({ text: written, href })
    from = index + written.length
  }
  if (from < text.length) pieces.push({ text: text.slice(from) })
  return pieces
}

// Drop the sentence's punctuation and the bracket around the address.
function withoutEnd(found: string): string {
  const written = found.replace(/[.,;:!?'’”»]+$/u, '')
  const isOpen = written.split('(').length < written.split(')').length
  return written.endsWith(')') && isOpen ? withoutEnd(written.slice(0, -1)) : written
}

function hrefOf(written: string): string | undefined {
  try {
    const { protocol, href } = new URL(/^https?:/i.test(written) ? written : `https://${written}`)
    return protocol === 'https:' || protocol === 'http:' ? href : undefined
  } catch {
    return undefined
  }
}
