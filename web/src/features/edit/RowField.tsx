import {
  useId,
  type ChangeEvent,
  type ClipboardEvent,
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
} from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { textOf, type Segment } from '@/lib/amount'
import type { Row } from './form'
import styles from './RowsEditor.module.css'
import type { Trouble } from './trouble'
import { troubleSaid } from './troubleSaid'

type TextField = HTMLInputElement | HTMLTextAreaElement

interface Props {
  row: Row
  name: string
  placeholder: string
  /** Allows several lines, for a step. */
  long: boolean
  trouble: ReturnType<Trouble['get']>
  /** The row as the server parsed it; undefined if it couldn't. */
  understood: Segment[] | undefined
  onFocus: () => void
  onLeave: (event: FocusEvent) => void
  onType: (text: string, event: Event) => void
  onKeyDown: (event: KeyboardEvent<TextField>) => void
  onPaste: (event: ClipboardEvent<TextField>) => void
  onGrab: (event: PointerEvent<HTMLButtonElement>) => void
  onStep: (step: 1 | -1) => void
  onToggle: () => void
  onRemove: () => void
}

/** RowField is one row with its actions. */
export function RowField(props: Props) {
  const { row, name, placeholder, long, trouble, understood } = props
  const { t } = useTranslation()
  const id = useId()
  const what = row.text || name
  const heading = row.kind === 'section'
  const field = {
    className: styles.input,
    'data-focus': row.key,
    'aria-label': name,
    'aria-invalid': trouble ? true : undefined,
    'aria-describedby': trouble ? `${id}-trouble` : understood ? `${id}-understood` : undefined,
    // An empty field's placeholder follows the page's direction.
    dir: row.text === '' ? undefined : 'auto',
    value: row.text,
    placeholder,
    onFocus: props.onFocus,
    onBlur: props.onLeave,
    onKeyDown: props.onKeyDown,
    onPaste: props.onPaste,
    onChange: (event: ChangeEvent<TextField>) => props.onType(event.target.value, event.nativeEvent),
  }
  return (
    <li className={heading ? `${styles.row} ${styles.section}` : styles.row}>
      <button
        type="button"
        className={styles.handle}
        data-focus={`${row.key}-handle`}
        aria-label={t('edit.move', { what })}
        onPointerDown={props.onGrab}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
          if (step === 0) return
          event.preventDefault()
          props.onStep(step)
        }}
      >
        <Icon name="drag" />
      </button>
      <div className={styles.box}>
        {long ? <textarea {...field} rows={2} /> : <input {...field} enterKeyHint="next" />}
        {understood && (
          <p
            className={
              textOf(understood) === row.text ? styles.understood : `${styles.understood} ${styles.other}`
            }
            id={`${id}-understood`}
            dir="auto"
          >
            {understood.map((segment, index) =>
              segment.amount ? (
                <b key={index}>
                  <bdi>{segment.text}</bdi>
                </b>
              ) : (
                <span key={index}>{segment.text}</span>
              ),
            )}
          </p>
        )}
        {trouble && (
          <p className={styles.trouble} id={`${id}-trouble`}>
            {troubleSaid(t, trouble)}
          </p>
        )}
      </div>
      {/* Don't move the focus out of the row: the button only exists while the row has it. */}
      <button
        type="button"
        className={styles.toggle}
        aria-label={t(heading ? 'edit.noHeading' : 'edit.heading', { what })}
        title={t(heading ? 'edit.noHeading' : 'edit.heading', { what })}
        aria-pressed={heading}
        onMouseDown={(event) => event.preventDefault()}
        onClick={props.onToggle}
      >
        <Icon name="heading" size={18} />
      </button>
      <button
        type="button"
        className={styles.remove}
        aria-label={t('edit.remove', { what })}
        onClick={props.onRemove}
      >
        <Icon name="close" size={18} />
      </button>
    </li>
  )
}
