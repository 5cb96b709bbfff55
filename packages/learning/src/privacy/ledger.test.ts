import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { Digest } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openPrivacyLedger, type PrivacyLedger, type ReleaseRequest } from './ledger.ts'
import { rdpEpsilon } from './rdp.ts'

const phase = { samplingRate: 0.1, noiseMultiplier: 2, steps: 1 }
const [one, two] = ['1'.repeat(64), '2'.repeat(64)] as Digest[] as [Digest, Digest]

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-budget-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'privacy.db')
}

function open(file = temporaryFile()): PrivacyLedger {
  const ledger = openPrivacyLedger(file)
  onTestFinished(() => ledger.close())
  return ledger
}

function request(release: string, more: Partial<ReleaseRequest> = {}): ReleaseRequest {
  const taskBudget = { epsilon: 3, delta: 1e-5 }
  return { release, dataset: 'digits', taskId: 'task', taskBudget, phase, ...more }
}

/** How often a phase fits into a budget, by the accountant alone. */
function releasesWithin(epsilon: number, noiseMultiplier = phase.noiseMultiplier): number {
  let count = 0
  const cost = (steps: number) => rdpEpsilon([{ ...phase, noiseMultiplier, steps }], 1e-5).epsilon
  while (cost(count + 1) <= epsilon) count += 1
  return count
}

function spendAll(file: string, name: string, epsilon: number) {
  const script = fileURLToPath(new URL('../testing/spend-all.ts', import.meta.url))
  const argv = ['--conditions=source', script, file, name, String(epsilon)]
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  child.stdout.setEncoding('utf8')
  return { child, lines: linesOf(child.stdout) }
}

async function* linesOf(stream: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const text of stream) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    yield* lines
  }
}

describe('a privacy ledger', () => {
  test('refuses the release that would overspend, and none before it', () => {
    const ledger = open()
    ledger.grant('digits', { epsilon: 1, delta: 1e-5 })
    const fits = releasesWithin(1)
    expect(fits).toBeGreaterThan(5)
    for (let i = 0; i < fits; i++) expect(ledger.reserve(request(`r${i}`)).ok).toBe(true)
    expect(ledger.reserve(request('one more'))).toMatchObject({
      ok: false,
      code: 'PRIVACY_BUDGET_SPENT',
      reason: expect.stringContaining('dataset digits'),
    })
    const account = ledger.account('dataset', 'digits')
    expect(account).toMatchObject({ ok: true, value: { releases: fits } })
  })

  test('holds a task to its own budget too', () => {
    const ledger = open()
    ledger.grant('digits', { epsilon: 100, delta: 1e-5 })
    const taskBudget = { epsilon: 0.9, delta: 1e-5 }
    const fits = releasesWithin(0.9)
    for (let i = 0; i < fits; i++) {
      expect(ledger.reserve(request(`r${i}`, { taskBudget })).ok).toBe(true)
    }
    expect(ledger.reserve(request('more', { taskBudget }))).toMatchObject({
      code: 'PRIVACY_BUDGET_SPENT',
      reason: expect.stringContaining('task task'),
    })
    expect(ledger.reserve(request('more'))).toMatchObject({ code: 'CONFLICT' })
    expect(ledger.reserve(request('more', { taskId: 'other' })).ok).toBe(true)
  })

  test('composes releases of unlike noise over all tasks of a data set', () => {
    const ledger = open()
    ledger.grant('digits', { epsilon: 3, delta: 1e-5 })
    const loud = { samplingRate: 0.02, noiseMultiplier: 0.9, steps: 40 }
    ledger.reserve(request('a'))
    ledger.reserve(request('b', { taskId: 'other', phase: loud }))
    const account = ledger.account('dataset', 'digits')
    const { epsilon } = rdpEpsilon([phase, loud], 1e-5)
    expect(account).toMatchObject({ value: { spent: { epsilon }, left: 3 - epsilon } })
  })

  test('keeps what was spent over a restart, so that no restarted node trains for free', () => {
    const file = temporaryFile()
    const first = openPrivacyLedger(file)
    first.grant('digits', { epsilon: 1, delta: 1e-5 })
    first.reserve(request('r'))
    const before = first.account('dataset', 'digits')
    first.close()
    const again = open(file)
    expect(again.account('dataset', 'digits')).toEqual(before)
    expect(again.reserve(request('r'))).toEqual({
      ok: true,
      value: { release: 'r', digest: null },
    })
    expect(again.account('dataset', 'digits')).toEqual(before)
  })

  test('lets one payment cover one release, resent but never made anew', () => {
    const ledger = open()
    ledger.grant('digits', { epsilon: 1, delta: 1e-5 })
    expect(ledger.commit('r', one)).toMatchObject({ code: 'NOT_FOUND' })
    ledger.reserve(request('r'))
    expect(ledger.commit('r', one)).toMatchObject({ ok: true })
    expect(ledger.commit('r', one)).toMatchObject({ ok: true })
    expect(ledger.commit('r', two)).toMatchObject({ code: 'CONFLICT' })
    expect(ledger.reserve(request('r'))).toMatchObject({ value: { digest: one } })
    expect(ledger.abandon('r')).toMatchObject({ code: 'CONFLICT' })
    const louder = { ...phase, noiseMultiplier: 1 }
    expect(ledger.reserve(request('r', { phase: louder }))).toMatchObject({ code: 'CONFLICT' })
  })

  test('gives back what was reserved and never released', () => {
    const ledger = open()
    ledger.grant('digits', { epsilon: 1, delta: 1e-5 })
    const before = ledger.account('dataset', 'digits')
    ledger.reserve(request('r'))
    expect(ledger.abandon('r').ok).toBe(true)
    expect(ledger.account('dataset', 'digits')).toEqual(before)
  })

  test('knows no data set that was not granted, and no budget that is none', () => {
    const ledger = open()
    expect(ledger.reserve(request('r'))).toMatchObject({ code: 'NOT_FOUND' })
    expect(ledger.account('dataset', 'digits')).toMatchObject({ code: 'NOT_FOUND' })
    expect(() => ledger.grant('digits', { epsilon: Number.NaN, delta: 1e-5 })).toThrow(RangeError)
    ledger.grant('digits', { epsilon: 1, delta: 1e-5 })
    for (const noiseMultiplier of [0, -1, Number.NaN]) {
      const free = request('r', { phase: { ...phase, noiseMultiplier } })
      expect(ledger.reserve(free)).toMatchObject({ code: 'INVALID' })
    }
    const taskBudget = { epsilon: Number.NaN, delta: 1e-5 }
    expect(ledger.reserve(request('r', { taskBudget }))).toMatchObject({ code: 'INVALID' })
  })

  test('never understates the budget when its process is killed', async () => {
    const file = temporaryFile()
    const ledger = open(file)
    ledger.grant('digits', { epsilon: 1_000, delta: 1e-5 })
    let released = 0
    for (let kill = 0; kill < 2; kill++) {
      const { child, lines } = spendAll(file, `task ${kill}`, 1_000)
      child.stdin.write('!')
      let mine = 0
      for await (const line of lines) {
        mine = Number(line)
        if (mine === 5) break
      }
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
      released += mine
      const account = ledger.account('dataset', 'digits')
      expect(account.ok && account.value.releases).toBeGreaterThanOrEqual(released)
    }
  })

  test('gives processes that spend at once no more than the budget together', async () => {
    const file = temporaryFile()
    const ledger = open(file)
    ledger.grant('digits', { epsilon: 1, delta: 1e-5 })
    const spenders = ['ana', 'ben'].map((name) => spendAll(file, name, 10))
    for (const { lines } of spenders) expect((await lines.next()).value).toBe('0')
    for (const { child } of spenders) child.stdin.write('!')
    const counts = await Promise.all(
      spenders.map(async ({ lines }) => {
        const said: string[] = []
        for await (const line of lines) said.push(line)
        expect(said.at(-1)).toBe('PRIVACY_BUDGET_SPENT')
        return said.length - 1
      }),
    )
    expect(counts[0]! + counts[1]!).toBe(releasesWithin(1, 10))
  })

  test('is durable by its settings, and fails closed where the file is no ledger', () => {
    const file = temporaryFile()
    open(file)
    const db = new DatabaseSync(file)
    expect(db.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
    db.exec('pragma user_version = 9')
    db.close()
    const unusable = expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE' })
    expect(() => openPrivacyLedger(file)).toThrow(unusable)
    const other = temporaryFile()
    writeFileSync(other, 'something else entirely, long enough to have a header'.repeat(40))
    expect(() => openPrivacyLedger(other)).toThrow(unusable)
    expect(() => openPrivacyLedger(join(other, 'nowhere'))).toThrow(unusable)
  })
})

describe('what a ledger says', () => {
  test('of a release that could not be paid for costs nothing to ask', () => {
    const ledger = open()
    ledger.grant('digits', { epsilon: 2, delta: 1e-5 })
    const { release: _, ...asked } = request('r')
    const large = { ...asked, phase: { ...phase, steps: 1_000_000 } }
    expect(ledger.affords(asked)).toEqual({ ok: true, value: null })
    expect(ledger.affords(large)).toMatchObject({ code: 'PRIVACY_BUDGET_SPENT' })
    expect(ledger.account('dataset', 'digits')).toMatchObject({ value: { releases: 0 } })
  })

  test('of all data sets names each task, what it spent, and what is under way', () => {
    const ledger = open()
    ledger.grant('faces', { epsilon: 1, delta: 1e-6 })
    ledger.grant('digits', { epsilon: 8, delta: 1e-5 })
    ledger.reserve(request('a 1'))
    ledger.commit('a 1', one)
    ledger.reserve(request('a 2'))
    expect(ledger.report()).toEqual([
      {
        dataset: 'digits',
        budget: { epsilon: 8, delta: 1e-5 },
        tasks: [
          {
            taskId: 'task',
            budget: { epsilon: 3, delta: 1e-5 },
            phases: [{ ...phase, steps: 2 }],
            releases: 2,
            pending: 1,
          },
        ],
      },
      { dataset: 'faces', budget: { epsilon: 1, delta: 1e-6 }, tasks: [] },
    ])
  })
})
