import type { ReactNode } from 'react'

// Drawn on 24 × 24, two units wide, with round ends.
const drawings = {
  search: (
    <>
      <circle cx="11" cy="11" r="6.5" />
      <path d="m16 16 4.5 4.5" />
    </>
  ),
  filter: <path d="M4 6h16M7 12h10M10 18h4" />,
  book: <path d="M18 16.5V4H7.5A2.5 2.5 0 0 0 5 6.5v11A2.5 2.5 0 0 0 7.5 20H18M5 18a2 2 0 0 1 2-1.5h11V20" />,
  plus: <path d="M12 5v14M5 12h14" />,
  minus: <path d="M5 12h14" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  back: <path d="M19 12H5m6-6-6 6 6 6" />,
  clock: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7v5l3.5 2" />
    </>
  ),
  people: (
    <>
      <circle cx="9" cy="8" r="3.5" />
      <path d="M2.5 20c.4-3.8 3-6 6.5-6s6.1 2.2 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4M18.5 14.6c1.7.9 2.8 2.7 3 5.4" />
    </>
  ),
  basket: (
    <path d="M3 10h18l-1.6 9.2a1 1 0 0 1-1 .8H5.6a1 1 0 0 1-1-.8L3 10Zm5-.2L10.5 4M16 9.8 13.5 4M9 14v3M15 14v3" />
  ),
  pot: (
    <path d="M4 10h16v7a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3v-7ZM4 12H2m18 0h2M9 6.5c0-1.5 1-1.5 1-3M14 6.5c0-1.5 1-1.5 1-3" />
  ),
  pencil: <path d="m4 20 1-4.5L16.5 4a2 2 0 0 1 3 3L8 18.5 4 20Zm10.5-14 3.5 3.5" />,
  printer: (
    <path d="M7 9V4h10v5M7 17H4.5a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H17M7 14h10v6H7v-6Z" />
  ),
  history: <path d="M4 12a8 8 0 1 1 2.5 5.8M4 7v5h5M12 8v4.5l3 2" />,
  trash: <path d="M4 7h16M9 7V4.5h6V7M6 7l1 13h10l1-13M10 11v5M14 11v5" />,
  person: (
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4.5 20.5c.6-4 3.5-6 7.5-6s6.9 2 7.5 6" />
    </>
  ),
  cloudOff: (
    <path d="M3 3l18 18M8.5 8a6 6 0 0 0-1.3 2.6A4.3 4.3 0 0 0 7.5 19h9.5M11 6.1A6 6 0 0 1 18 11a4 4 0 0 1 2.6 6.3" />
  ),
  heart: (
    <path d="M12 20S4 15.5 4 9.5A4.3 4.3 0 0 1 8.3 5 4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 3.7-2A4.3 4.3 0 0 1 20 9.5C20 15.5 12 20 12 20Z" />
  ),
  star: <path d="m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9L12 16.9l-5.3 2.8 1.1-5.9-4.3-4.1 5.9-.8L12 3.5Z" />,
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  drag: <path d="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01" />,
  up: <path d="m6 14 6-6 6 6" />,
  down: <path d="m6 10 6 6 6-6" />,
  next: <path d="m9 5 7 7-7 7" />,
  previous: <path d="m15 5-7 7 7 7" />,
  camera: (
    <>
      <path d="M4 8h3.5L9 5h6l1.5 3H20a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Z" />
      <circle cx="12" cy="13" r="3.5" />
    </>
  ),
  clip: (
    <path d="m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.5 17a1.7 1.7 0 0 1-2.4-2.4L14.5 7" />
  ),
  heading: <path d="M6 5v14M18 5v14M6 12h12" />,
  list: <path d="M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01" />,
  warning: <path d="M12 4 2.8 19.5h18.4L12 4Zm0 6v4.5m0 2.5v.01" />,
  bell: <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 20.5h4" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof drawings

// Icons that point along the reading direction are mirrored in right-to-left text.
const turning = new Set<IconName>(['back', 'next', 'previous', 'list'])

/** Icon is decoration beside text, or inside a labelled button. */
export function Icon({
  name,
  size = 20,
  filled = false,
}: {
  name: IconName
  size?: number
  filled?: boolean
}) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'drag' ? 2.6 : 1.9}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={turning.has(name) ? 'turns' : undefined}
    >
      {drawings[name]}
    </svg>
  )
}
