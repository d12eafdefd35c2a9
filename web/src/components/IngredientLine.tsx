import { scaleLine, type Row } from '@/lib/amount'
import { useLocale } from '@/lib/i18n'
import { withAmount } from '@/lib/unsentRow'

interface Props {
  row: Row
  /** The multiple to show. */
  factor?: number
}

/**
 * IngredientLine is an ingredient line, scaled, with bold amounts. The line and each amount are
 * isolated: on a right-to-left page "2–3 eggs" would become "eggs 3–2".
 */
export function IngredientLine({ row, factor = 1 }: Props) {
  const locale = useLocale()
  return (
    <bdi>
      {scaleLine(withAmount(row), factor, locale).map(({ text, amount }, i) =>
        amount ? (
          <b key={i}>
            <bdi>{text}</bdi>
          </b>
        ) : (
          text
        ),
      )}
    </bdi>
  )
}
