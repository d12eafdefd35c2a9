import { addressesIn } from '@/lib/addresses'

/** SafeLink shows where a recipe is from, as its cook wrote it. What is an address in it is a link. */
export function SafeLink({ href }: { href: string }) {
  const pieces = addressesIn(href)
  const alone = pieces.length === 1
  return (
    <bdi>
      {pieces.map((piece, index) =>
        piece.href ? (
          <a key={index} href={piece.href} rel="noreferrer noopener" target="_blank">
            {alone ? new URL(piece.href).hostname.replace(/^www\./, '') : piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  )
}
