// The dashboards as people meet them: real processes, a real terminal, keys pressed, looked at.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startVcp } from './network/program.ts'
import { hasTmux, openTmux } from './terminal/tmux.ts'

const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))
const patienceMs = 240_000

if (!hasTmux) {
  process.stderr.write('\nNO TMUX: the dashboards are not tried on a terminal (install tmux)\n\n')
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'vcp-e2e-dashboard-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true, maxRetries: 10 }))
  return made
}

async function coordinator(): Promise<string> {
  const argv = ['coordinator', 'start', '--http-port', '0', '--data-dir', folder(), '--json']
  const program = startVcp(argv)
  onTestFinished(async () => void (await program.kill()))
  return String((await program.first)['url'])
}

function terminal(name: string, columns: number, rows: number) {
  const opened = openTmux(name, columns, rows)
  onTestFinished(opened.close)
  const command = [process.execPath, '--conditions=source', main]
  return {
    ...opened,
    run: (...argv: readonly string[]) => opened.press([...command, ...argv].join(' '), 'Enter'),
  }
}

async function vcp(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const words = ['--conditions=source', main, ...argv, '--json']
  return JSON.parse((await promisify(execFile)(process.execPath, words)).stdout)
}

// skipped: without tmux there is no terminal to look at
describe.skipIf(!hasTmux)('a dashboard on a terminal', () => {
  test(
    'shows a node that was started there, is left, and is watched from elsewhere',
    async () => {
      const url = await coordinator()
      const home = folder()
      const own = terminal('own', 80, 24)
      const at = ['--data-dir', home]
      const listen = ['--listen', '/ip4/127.0.0.1/tcp/0']
      own.run('node', 'start', ...at, '--coordinator', url, '--name', 'anna', ...listen)
      await own.until(`${url} joined`)
      const first = await own.until('waits for an offer')
      expect(first).toContain('anna  active')
      for (const row of first.split('\n')) expect(row.length).toBeLessThanOrEqual(80)
      own.press('2')
      await own.until(/\[2 Hardware\][\s\S]*CPU +[█▏▎▍▌▋▊▉░]+ +\d+ %/)
      own.press('6')
      await own.until(/\[6 Logs\][\s\S]*joined/)
      own.press(':', 'm', 'e', 's', 'h', 'Enter')
      await own.until(/\[3 Mesh\][\s\S]*coordinator +direct/)
      own.resize(140, 45)
      expect((await own.until(/\n[─]{140}\n/)).split('\n')[3]).toContain('[3 Mesh]')

      own.press('p')
      await own.until('anna  paused')
      expect(await vcp('node', 'status', ...at)).toMatchObject({ mode: 'paused' })
      own.press('p')
      await own.until('anna  active')

      own.press('q')
      await own.until('the node goes on here')
      expect(await vcp('node', 'status', ...at)).toMatchObject({ mode: 'active', name: 'anna' })

      const other = terminal('other', 100, 30)
      other.run('dashboard', '--readonly', ...at)
      await other.until('read-only')
      other.press('p')
      await other.until('this dashboard is read-only')
      own.press('C-c')
      await other.until('no answer for')
      other.press('q')
      await other.until(/[$#] *$/m)
    },
    patienceMs,
  )

  test(
    'drains its node by Ctrl-C, as without it',
    async () => {
      const url = await coordinator()
      const home = folder()
      const own = terminal('drain', 80, 24)
      const listen = ['--listen', '/ip4/127.0.0.1/tcp/0']
      own.run('node', 'start', '--data-dir', home, '--coordinator', url, ...listen)
      await own.until('waits for an offer')
      own.press('C-c')
      expect(await own.until('info ended')).toContain('ending, for nothing is held')
    },
    patienceMs,
  )

  test(
    'shows a network to whoever watches it',
    async () => {
      const url = await coordinator()
      const watching = terminal('network', 80, 24)
      watching.run('dashboard', '--coordinator', url, '--data-dir', folder())
      await watching.until('sign in with')
      expect(watching.screen()).toContain(url)
      watching.press('C-c')
      await watching.until(/[$#] *$/m)
    },
    patienceMs,
  )
})

describe('a dashboard without a terminal', () => {
  test('prints a line of JSON a second, until it is asked to stop', {
    timeout: patienceMs,
  }, async () => {
    const url = await coordinator()
    const program = startVcp(['dashboard', '--coordinator', url, '--data-dir', folder()])
    const line = await program.first
    expect(line).toMatchObject({ status: null, error: 'UNAUTHENTICATED' })
    program.signal('SIGTERM')
    expect(await program.ended).toEqual({ code: null, signal: 'SIGINT' })
  })

  test('fails where no agent runs', { timeout: patienceMs }, async () => {
    const program = startVcp(['dashboard', '--data-dir', folder()])
    expect(await program.ended).toEqual({ code: 5, signal: null })
    expect(program.said()).toContain('no agent runs on')
  })
})
