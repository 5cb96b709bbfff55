// What a coordinator prints, as a person reads it.
import * as z from 'zod'
import { fields, type Style } from '../style.ts'

const Started = z.object({
  url: z.string(),
  mesh: z.object({ addresses: z.array(z.string()) }).nullable(),
  log_key: z.string(),
  setup_token: z.string().nullable(),
  newcomers: z.enum(['operator', 'submitter', 'none']),
})

/** What becomes of who comes without being asked. */
const newcomersText = {
  operator: 'welcome: they may submit tasks and run nodes',
  submitter: 'may submit tasks; nodes are for those whom an administrator lets in',
  none: 'not taken: accounts.newcomers is "none"',
} as const

const Line = z.object({ at: z.string(), level: z.string(), message: z.string() })

export function showStarted(line: string, dataDir: string, style: Style): string {
  const { url, mesh, log_key, setup_token, newcomers } = Started.parse(JSON.parse(line))
  const rows: [string, string][] = [
    ['coordinator', url],
    ['documentation', `${url}/api/docs`],
    ...(mesh?.addresses ?? []).map((address): [string, string] => ['nodes join at', address]),
    ['newcomers', newcomersText[newcomers]],
    ['data', dataDir],
    ['log key', log_key],
  ]
  if (setup_token !== null) rows.push(['setup token', setup_token])
  return `${fields(rows, style)}\n`
}

/** `10:24:25 info stopping`, then what varies as `name=value`; what is no such line, as it is. */
export function showLine(line: string, style: Style): string {
  const read = Line.loose().safeParse(parsed(line))
  if (!read.success) return `${line}\n`
  const { at, level, message, ...more } = read.data
  const mark = level === 'error' ? style.bad : level === 'warning' ? style.warn : style.quiet
  const rest = Object.entries(more).map(([name, value]) => `${name}=${plain(value)}`)
  const words = [style.quiet(at.slice(11, 19)), mark(level), message, style.quiet(rest.join(' '))]
  return `${words.join(' ').trimEnd()}\n`
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
