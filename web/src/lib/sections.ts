export interface Section<T> {
  name: string
  /** The position of its first row. */
  at: number
  rows: { row: T; position: number }[]
}

/** bySection splits rows wherever the section's name changes, keeping their order and positions. */
export function bySection<T extends { section: string }>(rows: T[]): Section<T>[] {
  const sections: Section<T>[] = []
  rows.forEach((row, position) => {
    let last = sections.at(-1)
    if (last?.name !== row.section) sections.push((last = { name: row.section, at: position, rows: [] }))
    last.rows.push({ row, position })
  })
  return sections
}
