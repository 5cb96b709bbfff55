import type { Origin } from './settings.ts'

/** Where a value comes from, for people. */
export function describeOrigin(origin: Origin): string {
  switch (origin.from) {
    case 'flag':
      return 'from the command line'
    case 'environment':
      return `from ${origin.variable}`
    case 'file':
      return `from ${origin.file}`
    case 'default':
      return 'the default'
  }
}
