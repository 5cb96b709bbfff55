import { expect } from 'vitest'
import { type Given, run } from './host.ts'

export interface Failure {
  readonly error: string
  readonly message: string
  readonly hint: string
  readonly exit_code: number
  readonly details: Readonly<Record<string, unknown>>
}

/**
 * Runs a command line that has to fail, once for a person and once with `--json`, and checks what
 * holds for every error: one message with a hint on stderr, nothing on stdout, no stack trace.
 */
export async function fail(argv: readonly string[], given: Given = {}): Promise<Failure> {
  const read = await run(argv, given)
  const json = await run([...argv, '--json'], given)
  const failure = JSON.parse(json.err) as Failure
  const { error, message, hint, exit_code } = failure
  expect(json).toMatchObject({ out: '', exitCode: exit_code })
  expect(read).toMatchObject({ out: '', exitCode: exit_code })
  expect(read.err).toContain(`[${error}]`)
  expect(message.length).toBeGreaterThan(0)
  expect(hint.length).toBeGreaterThan(0)
  expect(read.err).toContain(`do this  ${hint}`)
  for (const text of [read.err, json.err])
    expect(text).not.toMatch(/\n\s+at |node:internal|\.ts:\d/)
  return failure
}

/** Fails where a text holds a secret or a recognisable part of it. */
export function expectWithout(secret: string, ...texts: readonly string[]): void {
  const part = 8
  for (const text of texts) {
    for (let at = 0; at + part <= secret.length; at++) {
      expect(text).not.toContain(secret.slice(at, at + part))
    }
  }
}
