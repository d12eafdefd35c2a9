import { scaleLine, type Row } from '@/lib/amount'
import { useLocale } from '@/lib/i18n'
import { withAmount } from '@/lib/unsentRow'

interface Props {
  row: Row
  /** How many times as much is shown. */
  factor?: number
}

/**
 * IngredientLine is a line of ingredients for as many as are cooked for, its amounts bold. The line, and each amount in
 * it, is isolated: in a page that is read from the right "2–3 eggs" would be "eggs 3–2".
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
