import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/host.ts'
import { serviceFile } from './service.ts'

const of = {
  argv: ['/usr/bin/env', '/opt/a b/vcp.js', 'node', 'start', '--data-dir', '/srv/a%n$a "x"/.vcp'],
  dataDir: '/srv/a%n$a "x"/.vcp',
  home: '/srv/anna',
  drainSeconds: 300,
}

describe('the service file', () => {
  test('of Linux is a unit that runs what it was given, word for word', () => {
    const { path, text, enable } = serviceFile('linux', of)
    expect(path).toBe('/srv/anna/.config/systemd/user/vcp-node.service')
    expect(text).toContain(
      'ExecStart=/usr/bin/env "/opt/a b/vcp.js" node start --data-dir ' +
        '"/srv/a%%n$$a \\"x\\"/.vcp"\n',
    )
    expect(text).toContain('TimeoutStopSec=330\n')
    expect(enable[1]).toContain('enable --now vcp-node')
  })

  // skipped: only systemd itself can say what it takes
  test.runIf(existsSync('/usr/bin/systemd-analyze'))('of Linux is one that systemd takes', () => {
    const folder = temporaryFolder()
    const file = join(folder, 'vcp-node.service')
    const argv = [process.execPath, ...of.argv.slice(1)]
    writeFileSync(file, serviceFile('linux', { ...of, argv }).text)
    const env = { PATH: process.env['PATH'], HOME: folder, XDG_RUNTIME_DIR: folder }
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--user', file], {
      encoding: 'utf8',
      env,
    })
    expect({ status, complaints: stderr }).toEqual({ status: 0, complaints: '' })
  })

  test('of a Mac is a property list with every word in it', () => {
    const { path, text } = serviceFile('darwin', { ...of, argv: ['/bin/a', '<&>'] })
    expect(path).toBe('/srv/anna/Library/LaunchAgents/vcp.node.plist')
    expect(text).toContain('<string>&lt;&amp;&gt;</string>')
    expect(text).toContain('<integer>330</integer>')
  })

  test('does not exist elsewhere', () => {
    expect(() => serviceFile('win32', of)).toThrow('win32')
  })
})
