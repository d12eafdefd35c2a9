import { useEffect, useLayoutEffect, useRef } from 'react'

interface Shortcuts {
  save: () => void
  undo: () => void
  redo: () => void
}

/**
 * useShortcuts handles Ctrl+S, Ctrl+Z and Ctrl+Y, Cmd on a Mac, and undo from the browser's menus.
 */
export function useShortcuts(shortcuts: Shortcuts) {
  const latest = useRef(shortcuts)
  useLayoutEffect(() => {
    latest.current = shortcuts
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const wanted = wantedBy(event)
      if (!wanted) return
      event.preventDefault()
      // An open dialog must be answered first.
      if (!document.querySelector('dialog[open]')) latest.current[wanted]()
    }
    const onBeforeInput = (event: InputEvent) => {
      const wanted = ({ historyUndo: 'undo', historyRedo: 'redo' } as const)[event.inputType]
      if (!wanted) return
      event.preventDefault()
      latest.current[wanted]()
    }
    addEventListener('keydown', onKeyDown)
    addEventListener('beforeinput', onBeforeInput)
    return () => {
      removeEventListener('keydown', onKeyDown)
      removeEventListener('beforeinput', onBeforeInput)
    }
  }, [])
}

// Other scripts' keyboards have these keys in the same places.
function wantedBy(event: KeyboardEvent): keyof Shortcuts | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined
  const key = /^[a-z]$/i.test(event.key)
    ? event.key.toLowerCase()
    : event.code.replace(/^Key/, '').toLowerCase()
  if (key === 's' && !event.shiftKey) return 'save'
  if (key === 'z') return event.shiftKey ? 'redo' : 'undo'
  return key === 'y' && !event.shiftKey ? 'redo' : undefined
}
