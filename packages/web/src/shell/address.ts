// Where in the pages an address leads: behind the `#`, so that the coordinator serves one file.
export const pageNames = [
  'overview',
  'nodes',
  'tasks',
  'training',
  'ledger',
  'settings',
  'admin',
] as const
export type PageName = (typeof pageNames)[number]

export interface Place {
  readonly page: PageName
  /** What of it, where one thing is shown. */
  readonly item: string | null
}

export function placeOf(hash: string): Place {
  const [name = '', item = ''] = hash.replace(/^#\/?/, '').split('/')
  const page = pageNames.find((each) => each === name)
  if (page === undefined) return { page: 'overview', item: null }
  return { page, item: item === '' ? null : decoded(item) }
}

export function hrefOf(page: PageName, item?: string): string {
  return item === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(item)}`
}

/** What cannot be decoded names nothing. */
function decoded(item: string): string {
  try {
    return decodeURIComponent(item)
  } catch {
    return item
  }
}
