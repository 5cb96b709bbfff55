import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { arch, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { runCli } from '../cli.ts'
import { checks } from '../doctor/checks.ts'
import { progressOf } from '../doctor/progress.ts'
import type { Report } from '../doctor/report.ts'
import { Hardware } from '../hardware/hardware.ts'
import type { Host } from '../host.ts'
import { testWithModes } from '../testing/conditions.ts'
import { health, serveBody } from '../testing/coordinator.ts'
import { fail } from '../testing/failure.ts'
import { run, temporaryFolder } from '../testing/host.ts'

const env = { PATH: process.env['PATH'] ?? '' }

async function doctor(dataDir: string, ...argv: readonly string[]) {
  const ran = await run(['doctor', '--json', '--data-dir', dataDir, ...argv], { env })
  return { ...ran, report: JSON.parse(ran.out) as Report }
}

/** A data folder and a configuration with which nothing on this machine is at fault. */
function soundFolder(): string {
  const dataDir = join(temporaryFolder(), 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  return dataDir
}

describe('vcp doctor', () => {
  test('reports this machine as it is, and every check once', async () => {
    const url = await serveBody(JSON.stringify(health))
    const { report, exitCode, err } = await doctor(soundFolder(), '--coordinator', url)
    expect(Hardware.parse(report.hardware)).toMatchObject({
      cpu: { architecture: arch(), cores_logical: cpus().length },
      memory: { total_bytes: totalmem() },
      os: { platform: process.platform },
    })
    expect(report.checks.map(({ check }) => check)).toEqual(checks.map(({ name }) => name))
    const counted = Object.values(report.summary).reduce((sum, count) => sum + count, 0)
    expect(counted).toBe(checks.length)
    expect(exitCode).toBe(report.summary.error === 0 ? 0 : 10)
    expect(report.fixed).toEqual([])
    expect(err).toBe('')
    for (const { status, hint } of report.checks) expect(hint === null).toBe(status === 'ok')
  })

  test('shows a word, a sign and a hint, without a colour', async () => {
    const dataDir = soundFolder()
    const { out, exitCode } = await run(
      ['doctor', '--data-dir', dataDir, '--only', 'runtime', 'disk', 'memory'].concat([
        '--set',
        'disk.free_gb_min=100000',
        '--set',
        'memory.free_mb_min=2000000',
      ]),
      { env },
    )
    expect(exitCode).toBe(10)
    expect(out).toMatch(/^✓ ok {7}runtime {2}Node /m)
    const unwrapped = out.replaceAll(/\n {20}(?!do this)/g, ' ')
    expect(unwrapped).toMatch(/^✗ error {4}disk {5}.*disk\.free_gb_min asks for 100000 GB$/m)
    expect(unwrapped).toMatch(/^! warning {2}memory {3}.*memory\.free_mb_min asks for 2000000 MB$/m)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(out).toMatch(/^ {20,}do this: Free some space/m)
    expect(out).toContain('This machine\n')
    expect(out).toMatch(/^processor {4}/m)
    expect(out).toContain('3 checks: 1 ok, 1 warning, 1 error, 0 unknown.')
    expect(out).not.toContain('\u001b[')
  })

  test('examines the rest although the configuration is broken', async () => {
    const dataDir = soundFolder()
    writeFileSync(join(dataDir, 'config.json'), '{ broken', { mode: 0o600 })
    const only = ['--only', 'configuration', 'runtime', 'disk']
    const { report, exitCode } = await doctor(dataDir, ...only)
    expect(exitCode).toBe(10)
    expect(report.checks.map(({ check, status }) => [check, status])).toEqual([
      ['runtime', 'ok'],
      ['configuration', 'error'],
      ['disk', 'ok'],
    ])
  })

  test('changes nothing unless it is told to', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    await doctor(dataDir, '--only', 'data-folder', 'disk')
    expect(existsSync(dataDir)).toBe(false)
  })

  testWithModes('repairs, says what, and looks again', async () => {
    const dataDir = soundFolder()
    const file = join(dataDir, 'wallet.json')
    writeFileSync(file, '{}')
    chmodSync(file, 0o644)
    chmodSync(dataDir, 0o777)
    const only = ['--only', 'data-folder', 'permissions']
    const before = await doctor(dataDir, ...only)
    expect(before.exitCode).toBe(10)
    expect(before.report.summary).toMatchObject({ error: 2 })

    const after = await doctor(dataDir, '--fix', ...only)
    expect(after.report.fixed).toEqual([
      { check: 'data-folder', change: `changed the mode of ${dataDir} from 0777 to 0700` },
      { check: 'permissions', change: `changed the mode of ${file} from 0644 to 0600` },
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toBe('{}')
    expect(after.report.checks.map(({ status }) => status)).not.toContain('error')
    expect(after.exitCode).toBe(0)
  })

  test('shows what it repaired', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    const argv = ['doctor', '--fix', '--only', 'data-folder', '--data-dir', dataDir]
    const { out, exitCode } = await run(argv, { env })
    expect(out.startsWith(`fixed data-folder: made the folder ${dataDir}\n`)).toBe(true)
    expect(exitCode).toBe(0)
  })

  test('says which repair failed, and keeps its finding', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const { report, err, exitCode } = await doctor(
      join(file, 'data'),
      '--fix',
      '--only',
      'data-folder',
    )
    expect(err).toContain('data-folder: could not be repaired: ENOTDIR')
    expect(report.fixed).toEqual([])
    expect(exitCode).toBe(10)
  })

  test('refuses a check that does not exist, and names the nearest', async () => {
    const failure = await fail(['doctor', '--only', 'dsk'])
    expect(failure).toMatchObject({ error: 'USAGE', exit_code: 2, hint: 'Did you mean disk?' })
    expect(failure.message).toContain('there is no check "dsk"')
  })

  test('stops at once when the user interrupts', async () => {
    const stopping = new AbortController()
    const host: Host = {
      env,
      terminal: { isInteractive: false, hasColour: false, columns: 80, rows: 24 },
      signal: stopping.signal,
      out: () => {},
      err: () => {},
      nowMs: Date.now,
      randomBytes: () => new Uint8Array(),
      askSecret: async () => null,
    }
    const running = runCli(['doctor', '--data-dir', soundFolder()], host)
    const { VcpError } = await import('@vcp/protocol')
    stopping.abort(new VcpError('INTERRUPTED'))
    expect(await running).toBe(130)
  })
})

describe('the progress', () => {
  function said(isInteractive: boolean, json: boolean): string {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    let text = ''
    const host = {
      terminal: { isInteractive, hasColour: false, columns: 80, rows: 24 },
      err: (more: string) => {
        text += more
      },
    } as Host
    const progress = progressOf(host, json)
    progress.begin(['gpu', 'clock'])
    progress.done('gpu')
    vi.advanceTimersByTime(4_500)
    progress.end()
    vi.advanceTimersByTime(4_500)
    return text
  }

  test('names what is still awaited, on a terminal only', () => {
    expect(said(true, false)).toBe('still examining: clock\n'.repeat(2))
    expect(said(false, false)).toBe('')
    expect(said(true, true)).toBe('')
  })
})
