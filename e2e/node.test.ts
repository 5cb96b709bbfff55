// `vcp node start` as an operator meets it: a coordinator and nodes in processes of their own.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))
const patienceMs = 120_000

interface Program {
  readonly child: ChildProcess
  /** The first line of its stdout; fails with its stderr where it ends without one. */
  readonly first: Promise<Record<string, unknown>>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  readonly text: { out: string; err: string }
}

function vcp(...argv: readonly string[]): Program {
  const child = spawn(process.execPath, ['--conditions=source', main, ...argv], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const text = { out: '', err: '' }
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk))
  const first = new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (text.out === '') resolve(line.startsWith('{"') ? JSON.parse(line) : {})
      text.out += `${line}\n`
    })
    ended.then(() => reject(new Error(`it ended: ${text.err}`)))
  })
  first.catch(() => {
    // Some are only waited for until they end.
  })
  return { child, first, ended, text }
}

async function run(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const program = vcp(...argv, '--json')
  expect(await program.ended).toEqual({ code: 0, signal: null })
  return JSON.parse(program.text.out)
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'vcp-e2e-node-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true, maxRetries: 10 }))
  return made
}

async function coordinator(dataDir: string, port = '0'): Promise<Program & { url: string }> {
  const program = vcp('coordinator', 'start', '--http-port', port, '--data-dir', dataDir, '--json')
  const { url } = await program.first
  return { ...program, url: String(url) }
}

function node(dataDir: string, url: string, ...more: readonly string[]): Program {
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0']
  const at = ['--data-dir', dataDir, '--coordinator', url]
  return vcp('node', 'start', '--json', ...at, ...listen, ...more)
}

describe('a node', () => {
  test(
    'joins, shows itself, is paused, and is stopped',
    async () => {
      const { url } = await coordinator(folder())
      const home = folder()
      const at = ['--data-dir', home]
      const first = node(home, url, '--name', 'anna')
      const { peer_id, owner } = await first.first
      expect(first.text.err).toContain('made a node key')
      expect(first.text.err).toContain('made an owner wallet')
      const status = await run('node', 'status', ...at)
      expect(status).toMatchObject({ peer_id, owner, name: 'anna', mode: 'active' })
      expect(status['coordinators']).toMatchObject([{ place: url, state: 'joined' }])
      expect(await run('node', 'pause', '1h', ...at)).toMatchObject({ mode: 'paused' })
      expect(await run('node', 'resume', ...at)).toMatchObject({ mode: 'active' })
      expect(await run('node', 'drain', ...at)).toMatchObject({ mode: 'drained' })

      const second = node(home, url)
      expect(await second.ended).toEqual({ code: 3, signal: null })
      expect(second.text.err).toContain('DATA_FOLDER_IN_USE')

      await run('node', 'stop', ...at)
      expect(await first.ended).toEqual({ code: 0, signal: null })
      expect(readdirSync(home)).not.toContain('agent.sock')
      const gone = vcp('node', 'status', ...at)
      expect(await gone.ended).toEqual({ code: 5, signal: null })
      const logs = vcp('node', 'logs', ...at)
      await logs.ended
      expect(logs.text.out).toContain('joined')

      // Who starts a node wants it to work, whatever it did last.
      const again = node(home, url)
      expect(await again.first).toMatchObject({ peer_id, owner })
      expect(again.text.err).not.toContain('made')
      again.child.kill('SIGTERM')
      expect(await again.ended).toEqual({ code: 0, signal: null })
    },
    patienceMs,
  )

  test(
    'is itself again after kill -9, and outlives its coordinator',
    async () => {
      const place = folder()
      const first = await coordinator(place)
      const home = folder()
      const killed = node(home, first.url)
      const { peer_id } = await killed.first
      killed.child.kill('SIGKILL')
      await killed.ended
      const back = node(home, first.url)
      expect(await back.first).toMatchObject({ peer_id })

      first.child.kill('SIGTERM')
      await first.ended
      const state = async () => {
        const status = await run('node', 'status', '--data-dir', home)
        return (status['coordinators'] as { state: string }[])[0]?.state
      }
      await expect.poll(state, { timeout: patienceMs, interval: 200 }).toBe('failed')
      await coordinator(place, new URL(first.url).port)
      await expect.poll(state, { timeout: patienceMs, interval: 200 }).toBe('joined')
      back.child.kill('SIGINT')
      expect(await back.ended).toEqual({ code: 0, signal: null })
    },
    patienceMs,
  )
})
