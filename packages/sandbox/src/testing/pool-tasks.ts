// Pools and tasks for tests: a module is a word that the hostile worker or the rogue knows.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SandboxTask } from '../child/pool-result.ts'
import { bundleFromSources, type ChildProgram } from '../child/program.ts'
import type { RunRequest } from '../run/request.ts'
import { commandCall, runRequest } from './run-request.ts'

export function hostileProgram(): Promise<ChildProgram> {
  return bundleFromSources({ workerMain: here('./hostile-worker.ts') })
}

export function rogueProgram(): Promise<ChildProgram> {
  return bundleFromSources({
    childMain: here('./rogue-main.ts'),
    workerMain: here('./hostile-worker.ts'),
  })
}

/** A copy of one's own: its path marks the processes that run it. */
export function ownCopy({ folder }: ChildProgram): ChildProgram & Disposable {
  const copy = join(realpathSync(mkdtempSync(join(tmpdir(), 'vcp-child-'))), 'program')
  cpSync(folder, copy, { recursive: true })
  return { folder: copy, [Symbol.dispose]: () => rmSync(join(copy, '..'), { recursive: true }) }
}

/** The processes, of anybody, that run this program. */
export function processesOf({ folder }: ChildProgram): number[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' })
  const lines = table.split('\n').filter((line) => line.includes(folder))
  return lines.map((line) => Number.parseInt(line, 10))
}

/** `act` is a word, and maybe a second one that makes it another module. */
export function actTask(act: string, change: Partial<RunRequest> = {}): SandboxTask {
  return {
    requester: 'ana',
    module: utf8(act),
    form: 'raw',
    memoryPagesMax: 1_024,
    request: runRequest({ gas: 1_000_000, ...change }),
  }
}

export function echoTask(text: string): SandboxTask {
  return actTask('echo', { call: { ...commandCall, stdin: utf8(text) } })
}

/** Wide enough for a busy machine, where a test is not about limits. */
export const ample = { deadlineMs: 20_000, memoryMb: 512 }

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
