import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runCli } from '../cli.ts'
import type { Host } from '../host.ts'

export interface Ran {
  readonly exitCode: number
  readonly out: string
  readonly err: string
}

export interface Given {
  readonly env?: Readonly<Record<string, string>>
  readonly nowMs?: () => number
  /** Answers to `askSecret`, in order; without them there is no terminal. */
  readonly secrets?: readonly string[]
  readonly signal?: AbortSignal
}

/** A host of a test's own, and what was written to it. */
export function hostOf(given: Given = {}): {
  readonly host: Host
  readonly written: { out: string; err: string }
} {
  const written = { out: '', err: '' }
  const secrets = [...(given.secrets ?? [])]
  const host: Host = {
    env: given.env ?? {},
    terminal: { isInteractive: false, hasColour: false, columns: 80, rows: 24 },
    signal: given.signal ?? new AbortController().signal,
    out: (data) => {
      written.out += typeof data === 'string' ? data : new TextDecoder().decode(data)
    },
    err: (text) => {
      written.err += text
    },
    nowMs: given.nowMs ?? Date.now,
    randomBytes: (count) => randomBytes(count),
    askSecret: async () => secrets.shift() ?? null,
  }
  return { host, written }
}

/** Runs a command line in this process, with a host of the test's own. */
export async function run(argv: readonly string[], given: Given = {}): Promise<Ran> {
  const { host, written } = hostOf(given)
  return { exitCode: await runCli(argv, host), ...written }
}

/** An empty folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
