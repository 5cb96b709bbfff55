import { errors, exitCodes, wireErrors } from '@vcp/protocol'
import { code, join, opening, type Page, table } from './page.ts'

export const errorsPage: Page = { path: 'docs/errors.md', render }

const headings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'everything went well',
  internal: 'a fault of vcp itself',
  usage: 'the request cannot be carried out as it was made',
  configuration: 'something on this machine has to be set right first',
  authentication: 'the credentials are missing, wrong or too weak',
  unreachable: 'the coordinator cannot be reached or understood',
  noEligibleNode: 'no node fits',
  taskFailed: 'the task came to no acceptable result',
  verificationFailed: 'evidence does not hold',
  timeout: 'it took too long, or was asked too often',
  doctorFoundErrors: 'the doctor found something that has to be repaired',
  interrupted: 'the user stopped it',
}

function render(): string {
  return join(
    opening(
      'Errors',
      'packages/protocol/src/errors.ts',
      'Every failure has a code that never changes, so that programs can rely on it; the text\n' +
        'beside it may change. The code also decides what a command exits with and which\n' +
        'status an HTTP answer has.',
    ),
    '## Exit codes',
    table(
      ['Exit', 'Meaning'],
      names.map((name) => [String(exitCodes[name]), headings[name]]),
    ),
    '## Over HTTP',
    'An error comes as JSON: `error` is one of these words, `code` one of the codes further down.',
    table(
      ['Status', '`error`'],
      Object.entries(wireErrors).map(([status, word]) => [status, code(word)]),
    ),
    ...names.flatMap(section),
  )
}

const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[]

function section(name: keyof typeof exitCodes): string[] {
  const rows = Object.entries(errors).filter(([, { exit }]) => exit === name)
  if (rows.length === 0) return []
  return [
    `## Exit ${exitCodes[name]}: ${headings[name]}`,
    table(
      ['Code', 'HTTP', 'What happened', 'What to do'],
      rows.map(([key, { status, meaning, hint }]) => [code(key), String(status), meaning, hint]),
    ),
  ]
}
