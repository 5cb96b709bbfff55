// `vcp task` and `vcp account` as a submitter meets them: a coordinator as a process of its own, no
// configuration, nothing but commands.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = join(root, 'packages/cli/src/main.ts')
const hello = join(root, 'examples/tasks/hello.yaml')

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function spawned(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, ['--conditions=source', main, ...argv], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function endOf(child: ReturnType<typeof spawned>): Promise<Ended> {
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk))
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', (status, signal) => resolve(signal === 'SIGINT' ? 130 : status))
  })
  return { code, ...text }
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'vcp-e2e-task-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true, maxRetries: 10 }))
  return made
}

interface Coordinator {
  readonly url: string
  stop(): Promise<void>
}

async function startCoordinator(): Promise<Coordinator> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vcp-e2e-task-coordinator-'))
  const argv = ['coordinator', 'start', '--http-port', '0', '--json', '--data-dir', dataDir]
  const child = spawned(argv, {
    // Every test here signs in anew, from one address.
    VCP_COORDINATOR_RATES_AUTH_BURST: '1000',
    VCP_COORDINATOR_RATES_TASKS_BURST: '1000',
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stderr.resume()
  const line = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve)
  })
  return {
    url: (JSON.parse(line) as { url: string }).url,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** Without nodes: what is submitted here waits. */
let lonely: Coordinator

beforeAll(async () => {
  lonely = await startCoordinator()
}, 60_000)

afterAll(() => lonely.stop(), 60_000)

/** Commands of one machine, that is of one data folder. */
function machine(dataDir = folder(), env: Readonly<Record<string, string>> = {}, { url } = lonely) {
  const of = (argv: readonly string[]) => [...argv, '--data-dir', dataDir, '--coordinator', url]
  return {
    dataDir,
    start: (...argv: string[]) => spawned(of(argv), env),
    vcp: (...argv: string[]) => endOf(spawned(of(argv), env)),
    async json(...argv: string[]) {
      const ended = await endOf(spawned(of([...argv, '--json']), env))
      if (ended.code !== 0) throw new Error(ended.err)
      return JSON.parse(ended.out)
    },
  }
}

describe('a machine that was never configured', () => {
  test('submits a task, finds it again, and ends it', async () => {
    const here = machine()
    const submitted = await here.vcp('task', 'submit', hello, '--json')
    expect(submitted.code).toBe(0)
    expect(submitted.err).toContain('made an owner wallet')
    const { task_id: id, status, task_digest } = JSON.parse(submitted.out)
    expect(status).toBe('pending')
    for (const name of ['wallet.json', 'wallet.password', 'credentials.json']) {
      expect(statSync(join(here.dataDir, name)).mode & 0o777).toBe(0o600)
    }

    const again = await here.vcp('task', 'submit', hello, '--id', id, '--json')
    expect(again.err).toBe('')
    expect(JSON.parse(again.out)).toMatchObject({ task_id: id, task_digest })
    expect(await here.json('task', 'list')).toHaveLength(1)
    expect(await here.json('task', 'why', id)).toMatchObject({ eligible: 0, nodes: [] })

    expect(await here.json('task', 'cancel', id)).toMatchObject({ status: 'cancelled' })
    expect(await here.vcp('task', 'watch', id)).toMatchObject({ code: 7 })
    const result = await here.vcp('task', 'result', id)
    expect(result).toMatchObject({ code: 7, out: '' })
    const other = await here.vcp('task', 'submit', hello, '--id', id, '--label', 'a=b')
    expect(other).toMatchObject({ code: 2, out: '' })
    expect(other.err).toContain('[CONFLICT]')
  }, 60_000)

  test('is told that no node would fit, and of a fault in the task', async () => {
    const here = machine()
    expect(await here.vcp('task', 'submit', hello, '--dry-run')).toMatchObject({ code: 6 })
    const spec = join(here.dataDir, 'spec.yaml')
    writeFileSync(spec, `${readFileSync(hello, 'utf8').replace('../..', root)}\nlabls: {}\n`)
    const refused = await here.vcp('task', 'submit', spec)
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain('did you mean labels?')
    expect(await here.json('task', 'list')).toEqual([])
  }, 60_000)

  test('may stop waiting, and the task goes on', async () => {
    const here = machine()
    const late = await here.vcp('task', 'submit', hello, '--wait', '--within', '1')
    expect(late).toMatchObject({ code: 9, out: '' })
    expect(late.err).toContain('vcp task watch ')

    const id = '01900000-0000-7000-8000-000000000001'
    const child = here.start('task', 'submit', hello, '--wait', '--id', id)
    const ended = endOf(child)
    await expect
      .poll(async () => (await here.vcp('task', 'show', id)).code, { timeout: 20_000 })
      .toBe(0)
    child.kill('SIGINT')
    const { code, err } = await ended
    expect(code).toBe(130)
    expect(err).toContain(`vcp task watch ${id}`)
    expect(await here.json('task', 'show', id)).toMatchObject({ task: { status: 'pending' } })
  }, 60_000)
})

describe('a batch', () => {
  test('that is interrupted and run again submits nothing twice', async () => {
    const here = machine()
    const results = join(here.dataDir, 'results')
    const argv = ['task', 'submit', '--batch', join(root, 'examples/tasks/batch.ndjson')]
    const ids: string[][] = []
    for (const _ of ['first', 'again']) {
      const child = here.start(...argv, '--out', results)
      const ended = endOf(child)
      await expect
        .poll(async () => (await here.json('task', 'list', '--limit', '100')).length, {
          timeout: 20_000,
        })
        .toBe(20)
      child.kill('SIGINT')
      const { code, err } = await ended
      expect(code).toBe(130)
      expect(err).toContain('submits nothing twice')
      const tasks = await here.json('task', 'list', '--limit', '100')
      ids.push(tasks.map(({ task_id }: { task_id: string }) => task_id))
    }
    expect(ids[1]).toEqual(ids[0])
  }, 60_000)
})

describe('an account', () => {
  test('is shown, left, and another one cannot see its tasks', async () => {
    const [here, there] = [machine(), machine()]
    expect((await here.vcp('account', 'show')).code).toBe(4)
    await here.json('account', 'login')
    const { key } = await here.json('account', 'show')
    expect(key.scopes).toEqual(['nodes:read', 'tasks:read', 'tasks:write'])
    const { task_id: id } = await here.json('task', 'submit', hello)
    // Whoever only looks is made nobody.
    expect((await there.vcp('task', 'show', id)).code).toBe(4)
    expect(existsSync(join(there.dataDir, 'wallet.json'))).toBe(false)
    await there.json('account', 'login')
    expect((await there.vcp('task', 'show', id)).code).toBe(2)

    const kept = JSON.parse(readFileSync(join(here.dataDir, 'credentials.json'), 'utf8'))
    const { api_key } = kept.coordinators[lonely.url]
    const program = machine(folder(), { VCP_API_KEY: api_key })
    expect(await program.json('task', 'list')).toMatchObject([{ task_id: id }])
    expect(await here.json('account', 'logout')).toMatchObject({ revoked: true })
    expect((await program.vcp('task', 'list')).code).toBe(4)
    // The wallet is still the same account.
    expect(await here.json('task', 'list')).toMatchObject([{ task_id: id }])
  }, 60_000)
})

test('a task comes back from a node of another owner, verified here', async () => {
  const coordinator = await startCoordinator()
  onTestFinished(() => coordinator.stop())
  const there = machine(folder(), {}, coordinator)
  const node = there.start('node', 'start', '--set', 'node.listen_port=0')
  const gone = new Promise((resolve) => node.once('close', resolve))
  // What nobody reads would, in the end, stop whoever writes it.
  node.stdout.resume()
  node.stderr.resume()
  onTestFinished(async () => {
    node.kill('SIGKILL')
    await gone
  })
  const here = machine(folder(), {}, coordinator)
  const evidence = join(here.dataDir, 'evidence.json')
  const argv = ['task', 'submit', hello, '--wait', '--within', '60', '--evidence', evidence]
  const { code, out, err } = await here.vcp(...argv)
  expect(err).toContain('verified  signed: one node signed')
  expect({ code, out }).toEqual({ code: 0, out: 'hello from inside\n' })
  const { log_key } = (await (await fetch(`${coordinator.url}/api/v1/health`)).json()) as {
    log_key: string
  }
  const checked = await here.json('receipt', 'verify', evidence, '--log-key', log_key)
  expect(checked).toMatchObject({ ok: true, level: 'signed' })
}, 90_000)
