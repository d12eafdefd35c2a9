import { addressesIn } from '@/lib/addresses'

/** SafeLink shows a recipe's source as its cook wrote it, with addresses as links. */
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
