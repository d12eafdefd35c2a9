import type { TFunction } from 'i18next'
import type { Trouble } from './trouble'

/** troubleSaid describes a field's error. */
export function troubleSaid(t: TFunction, trouble: NonNullable<ReturnType<Trouble['get']>>): string {
  return 'said' in trouble ? trouble.said : t(`edit.trouble.${trouble.why}`)
}
