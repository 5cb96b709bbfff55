// What the README promises for the first minute, with the real program in processes of its own,
// under the Node that is on PATH: an old one shows the hand-over to the bundled Node.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import evidence from '@vcp/protocol/vectors/evidence.json' with { type: 'json' }
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const stub = join(root, 'packages/cli/bin/vcp.js')

const home = mkdtempSync(join(tmpdir(), 'vcp-e2e-home-'))

/** PATH as the user has it: npm puts the bundled Node of `node_modules/.bin` before it. */
const path = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((place) => !place.includes('node_modules'))
  .join(delimiter)

interface Ended {
  /** As a shell shows it: a program that died of a signal has 128 and its number. */
  readonly code: number
  readonly out: string
  readonly err: string
}

function start(
  command: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  isGroup = false,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(command, argv, {
    detached: isGroup,
    cwd: root,
    env: { PATH: path, HOME: home, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], ...text })
    })
  })
  return { child, ended }
}

function vcp(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { child, ended } = start('node', [stub, ...argv], env)
  child.stdin?.end()
  return ended
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'vcp-e2e-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

beforeAll(async () => {
  const { ended } = start(process.execPath, [join(root, 'scripts/with-node.mjs'), 'tsc', '-b'])
  expect(await ended).toMatchObject({ code: 0 })
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('the first minute', () => {
  test('vcp --help shows where to start', async () => {
    const { code, out, err } = await vcp(['--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('vcp dev --demo')
  })

  test('vcp dev --demo tries every part, and everything holds', async () => {
    const temporary = folder()
    const { code, out } = await vcp(['dev', '--demo'], { TMPDIR: temporary })
    expect(code).toBe(0)
    const parts = ['identity', 'machine', 'sandbox', 'ledger', 'evidence', 'network']
    for (const part of [...parts, 'training', 'proofs']) expect(out).toContain(`${part}  `)
    expect(out).toContain('everything held')
    expect(out).not.toContain('✗')
    // Compiled code is Node's to keep, for the next start; nothing else stays.
    expect(readdirSync(temporary).filter((name) => name !== 'node-compile-cache')).toEqual([])
    // The leases of two bad nodes take their 30 seconds to run out; a training takes half as long.
  }, 600_000)

  test('an identity is made once, kept at 0600, backed up and brought back', async () => {
    const [first, second] = [join(folder(), 'data'), join(folder(), 'data')]
    const backup = join(folder(), 'backup.json')
    const env = { VCP_BACKUP_PASSWORD: 'correct horse battery' }
    const show = async (dataDir: string, ...more: string[]) => {
      const { out } = await vcp(['key', 'show', '--json', '--data-dir', dataDir, ...more])
      return JSON.parse(out).peer_id as string
    }
    const peerId = await show(first, '--create')
    expect(peerId).toMatch(/^12D3KooW/)
    expect(await show(first)).toBe(peerId)
    expect(statSync(join(first, 'node.key')).mode & 0o777).toBe(0o600)
    expect((await vcp(['key', 'backup', backup, '--data-dir', first], env)).code).toBe(0)
    expect(readFileSync(backup, 'utf8')).not.toContain(
      JSON.parse(readFileSync(join(first, 'node.key'), 'utf8')).secret,
    )
    expect((await vcp(['key', 'restore', backup, '--data-dir', second], env)).code).toBe(0)
    expect(await show(second)).toBe(peerId)
  })

  test('an owner is made and bound to the node', async () => {
    const at = ['--data-dir', join(folder(), 'data')]
    const env = { VCP_WALLET_PASSWORD: 'correct horse battery' }
    await vcp(['key', 'show', '--create', ...at])
    expect((await vcp(['wallet', 'create', ...at], env)).code).toBe(0)
    expect((await vcp(['wallet', 'bind', ...at], env)).code).toBe(0)
    const shown = await vcp(['key', 'show', ...at, '--json'])
    const wallet = await vcp(['wallet', 'show', ...at, '--json'])
    const { owner, problem } = JSON.parse(shown.out).binding
    expect(problem).toBeNull()
    expect(wallet.out).toContain(owner)
  })

  test('vcp doctor --json reports what this machine is', async () => {
    const { code, out } = await vcp(['doctor', '--json', '--data-dir', join(folder(), 'data')])
    const { checks, hardware } = JSON.parse(out)
    const hasError = checks.some(({ status }: { status: string }) => status === 'error')
    expect(code).toBe(hasError ? 10 : 0)
    expect(hardware.memory.total_bytes).toBeGreaterThan(2 ** 28)
    const [runtime] = checks.filter(({ check }: { check: string }) => check === 'runtime')
    expect(runtime.status).toBe('ok')
  })

  test('evidence is checked offline, and a lie is found', async () => {
    const file = join(root, 'packages/protocol/vectors/evidence.json')
    const sample = join(folder(), 'evidence.json')
    writeFileSync(sample, JSON.stringify(evidence.replicated))
    const key = ['--log-key', evidence.log.verifier_key]
    expect((await vcp(['receipt', 'verify', sample, ...key])).out).toContain('replicated')
    const lie = await vcp(['receipt', 'verify', sample, ...key, '--output', file])
    expect(lie).toMatchObject({ code: 8, out: expect.stringContaining('NOT VERIFIED') })
  })
})

describe('the program as a process', () => {
  test('passes exit codes and errors through', async () => {
    const wrong = await vcp(['--jsno'])
    expect(wrong).toMatchObject({ code: 2, out: '' })
    expect(wrong.err).toContain('Did you mean --json?')
    const missing = await vcp(['key', 'show', '--data-dir', folder()])
    expect(missing.code).toBe(3)
    expect(missing.err).not.toContain('    at ')
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 130],
  ] as const)('stops at %s while it waits for input, and says so', async (signal, code) => {
    const pipe = join(folder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    const key = ['--log-key', evidence.log.verifier_key]
    const { child, ended } = start('node', [stub, 'receipt', 'verify', pipe, ...key])
    // A pipe opens for writing only once somebody reads it: from here on the program waits for us.
    const writer = await open(pipe, 'w')
    child.kill(signal)
    expect(await ended).toMatchObject({ code, err: expect.stringContaining('[INTERRUPTED]') })
    await writer.close()
  })

  test('takes one interrupt for one, though its launcher hands on what it got itself', async () => {
    const pipe = join(folder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    const key = ['--log-key', evidence.log.verifier_key]
    const { child, ended } = start('node', [stub, 'receipt', 'verify', pipe, ...key], {}, true)
    const writer = await open(pipe, 'w')
    process.kill(-child.pid!, 'SIGINT')
    expect(await ended).toMatchObject({ code: 130, err: expect.stringContaining('[INTERRUPTED]') })
    await writer.close()
  })

  test('is no failure when its reader has seen enough', async () => {
    const script = `node ${stub} completion bash | head -n 1`
    const { ended } = start('bash', ['-o', 'pipefail', '-c', script])
    expect(await ended).toEqual({ code: 0, out: '# bash completion for vcp\n', err: '' })
  })

  test('runs on Node 22.19 or newer, whatever PATH has', async () => {
    const { out } = await vcp(['doctor', '--only', 'runtime', '--json', '--data-dir', folder()])
    const [{ figures }] = JSON.parse(out).checks
    expect(JSON.stringify(figures)).toMatch(/(22\.(19|[2-9]\d)|2[3-9])\./)
  })
})
