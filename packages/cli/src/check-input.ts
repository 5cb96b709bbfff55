import { VcpError } from '@vcp/protocol'
import type * as z from 'zod'
import type { Command } from './command.ts'

type Given = Readonly<Record<string, unknown>>

/** Arguments and options as the command declares them, or a usage error that names each fault. */
export function checkInput(command: Command, given: Given): unknown {
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  )
  const result = command.input.safeParse(present, { error: (issue) => inWords(issue, present) })
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 || message.startsWith('--')
      ? message
      : `${typedName(command, path)}: ${message}`,
  )
  throw new VcpError('USAGE', { message: [...new Set(faults)].join('; ') })
}

/** What is wrong with what somebody typed; undefined leaves a fault to zod's own words. */
function inWords(issue: z.core.$ZodRawIssue, given: Given): string | undefined {
  const name = String(issue.path?.[0])
  const value = given[name]
  if (issue.code === 'invalid_type' && value === undefined) return `${optionOf(name)} is needed`
  if (typeof value !== 'string') return undefined
  if (issue.code === 'invalid_type' && issue.expected === 'number') return `'${value}' is no number`
  return isAboutForm(issue) ? `'${value}' does not have the form of one` : undefined
}

/** Of an id, whose length is a part of its form. */
function isAboutForm(issue: z.core.$ZodRawIssue): boolean {
  if (issue.code === 'invalid_format') return issue.format === 'regex'
  return (issue.code === 'too_small' || issue.code === 'too_big') && issue.exact === true
}

/** An option as it is typed; an argument by its name. */
function typedName({ options = [] }: Command, path: readonly PropertyKey[]): string {
  const option = optionOf(String(path[0]))
  const isOption = options.some(({ form }) => form.split(/[ ,]+/).includes(option))
  return isOption ? option : path.map(String).join('.')
}

function optionOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
