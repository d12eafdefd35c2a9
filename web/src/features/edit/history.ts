// The cook's editing steps. The browser's own undo only covers one field's text: it can't undo a
// moved row or a pasted list, and breaks when the page fills a field.
import { useReducer } from 'react'
import type { Form } from './form'

/** Changes that form one step: a word's letters, the positions a row is dragged over. */
export interface Burst {
  of: string
  /** The next change belongs to it for this many ms after the last one. */
  within: number
}

interface Step {
  form: Form
  /** What had the focus at that time. */
  focus: string | null
}

interface History {
  form: Form
  past: Step[]
  future: Step[]
  burst: { of: string; at: number } | null
}

type Action =
  | { do: 'change'; form: Form; burst: Burst | undefined; at: number; focus: string | null }
  | { do: 'undo' | 'redo'; focus: string | null }
  | { do: 'begin'; form: Form }

const longest = 200

function next(history: History, action: Action): History {
  switch (action.do) {
    case 'begin':
      return { form: action.form, past: [], future: [], burst: null }
    case 'change': {
      const { form, burst, at, focus } = action
      const goesOn =
        burst !== undefined && history.burst?.of === burst.of && at - history.burst.at <= burst.within
      const past = goesOn ? history.past : [...history.past, { form: history.form, focus }].slice(-longest)
      return { form, past, future: [], burst: burst ? { of: burst.of, at } : null }
    }
    case 'undo': {
      const last = history.past.at(-1)
      if (!last) return history
      const future = [{ form: history.form, focus: action.focus }, ...history.future]
      return { form: last.form, past: history.past.slice(0, -1), future, burst: null }
    }
    case 'redo': {
      const [first, ...future] = history.future
      if (!first) return history
      const past = [...history.past, { form: history.form, focus: action.focus }]
      return { form: first.form, past, future, burst: null }
    }
  }
}

/** useHistory holds a form with undo. It calls focusOn to return to where the cook was. */
export function useHistory(first: () => Form, focusOn: (key: string) => void) {
  const [history, act] = useReducer(next, null, () => ({ form: first(), past: [], future: [], burst: null }))
  const goTo = (step: Step | undefined) => {
    if (step?.focus) focusOn(step.focus)
  }
  return {
    form: history.form,
    change: (form: Form, burst?: Burst) =>
      act({ do: 'change', form, burst, at: Date.now(), focus: focused() }),
    undo: () => {
      goTo(history.past.at(-1))
      act({ do: 'undo', focus: focused() })
    },
    redo: () => {
      goTo(history.future[0])
      act({ do: 'redo', focus: focused() })
    },
    begin: (form: Form) => act({ do: 'begin', form }),
  }
}

function focused(): string | null {
  return document.activeElement?.getAttribute('data-focus') ?? null
}

/**
 * burstOf returns the burst that typing belongs to; undefined for pasting, cutting and dropping.
 */
export function burstOf(field: string, event: Event): Burst | undefined {
  const type = (event as InputEvent).inputType ?? ''
  if (/^insert(?:Text|CompositionText|ReplacementText|LineBreak)$/.test(type))
    return { of: `${field} +`, within: 1_000 }
  if (/^deleteContent/.test(type)) return { of: `${field} -`, within: 1_000 }
  return undefined
}
