import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { playAgent } from '../../agent/api/testing/played-agent.ts'
import { sampleStatus } from '../../agent/api/testing/sample-status.ts'
import { fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'

describe('vcp node', () => {
  test('status shows what the agent says', async () => {
    const folder = temporaryFolder()
    await playAgent(folder)
    const json = await run(['node', 'status', '--json', '--data-dir', folder])
    expect(JSON.parse(json.out)).toEqual(sampleStatus)
    const { out, exitCode } = await run(['node', 'status', '--data-dir', folder])
    expect(exitCode).toBe(0)
    for (const text of [
      'anna',
      'active',
      'http://127.0.0.1:8420 joined',
      'https://vcp.example failed: nothing answers',
      '1 task, 2 reports to deliver',
      '10 accepted, 8 delivered, 1 failed, 0 withdrawn; declined 3 busy, 1 operator_limit',
      '01900000-0000-7000-8000-000000000001 running 40% 123456 gas',
      '1.3 ms',
      'up 2 h 5 min',
    ]) {
      expect(out).toContain(text)
    }
    expect(out).not.toMatch(/null|undefined|NaN/)
  })

  test.each([
    [['drain'], { control: 'drain' }, 'draining: 1 task, 2 reports to deliver'],
    [['resume'], { control: 'resume' }, 'the node is active'],
    [['pause', '90s'], { control: 'pause', seconds: 90 }, 'paused'],
    [['pause', '2h'], { control: 'pause', seconds: 7_200 }, 'paused'],
    [['pause', 'forever'], { control: 'pause', seconds: null }, 'until `vcp node resume`'],
  ])('%j tells the agent', async (words, control, text) => {
    const folder = temporaryFolder()
    const agent = await playAgent(folder)
    const ran = await run(['node', ...words, '--data-dir', folder])
    expect(ran).toMatchObject({ exitCode: 0, err: '' })
    expect(ran.out).toContain(text)
    expect(agent.controls).toEqual([control])
  })

  test('stop waits for the end', async () => {
    const folder = temporaryFolder()
    const agent = await playAgent(folder)
    const ran = run(['node', 'stop', '--data-dir', folder])
    await expect.poll(() => agent.controls).toEqual([{ control: 'stop', now: false }])
    await agent.end()
    expect(await ran).toMatchObject({
      exitCode: 0,
      out: 'the node has ended (process 4711)\n',
      err: 'stopping: 1 task, 2 reports to deliver\n',
    })
  })

  test.each([['status'], ['stop'], ['drain'], ['pause 1h'], ['resume']])(
    '%s says where there is no agent',
    async (words) => {
      const folder = temporaryFolder()
      const failure = await fail(['node', ...words.split(' '), '--data-dir', folder])
      expect(failure).toMatchObject({ error: 'AGENT_NOT_RUNNING', exit_code: 5 })
    },
  )

  test.each(['1', '5 minutes', '0s', '-1h', '999999d', ''])('pause %j is no time', async (text) => {
    const failure = await fail(['node', 'pause', '--data-dir', temporaryFolder(), '--', text])
    expect(failure).toMatchObject({ error: 'USAGE', exit_code: 2 })
  })

  test('logs reads the last lines, for people and for programs', async () => {
    const folder = temporaryFolder()
    const line = (message: string) =>
      JSON.stringify({ at: '2026-01-01T10:00:00.000Z', level: 'info', message, n: 1 })
    const lines = ['one', 'two', 'three'].map(line)
    writeFileSync(join(folder, 'agent.log'), `${lines.join('\n')}\n`)
    const ran = await run(['node', 'logs', '-n', '2', '--data-dir', folder])
    expect(ran.out).toBe('10:00:00 info two n=1\n10:00:00 info three n=1\n')
    const json = await run(['node', 'logs', '-n', '1', '--json', '--data-dir', folder])
    expect(json.out).toBe(`${lines.at(-1)}\n`)
    const none = await fail(['node', 'logs', '--data-dir', temporaryFolder()])
    expect(none.error).toBe('NOT_FOUND')
  })

  // skipped: Windows has no such file
  test.runIf(process.platform !== 'win32')('install-service writes a file', async () => {
    const home = temporaryFolder()
    const at = ['--data-dir', join(home, '.vcp')]
    const ran = await run(['node', 'install-service', ...at], { env: { HOME: home } })
    expect(ran.exitCode).toBe(0)
    const text = readFileSync(ran.out.trim(), 'utf8')
    expect(text).toContain('--headless')
    expect(ran.err).toContain('To enable it:')
    const printed = await run(['node', 'install-service', '--print', ...at], {
      env: { HOME: home },
    })
    expect(printed).toMatchObject({ out: text, err: '' })
  })

  test.each([
    [['--hours', 'nights'], 'node.hours'],
    [['--tasks', '0'], 'node.tasks_max'],
    [['--listen', 'here'], 'node.listen'],
    [['--coordinator', 'ftp://x'], 'node.coordinators'],
    [['--name', 'not a name'], 'node.name'],
  ])('start %j is refused before anything is made', async (flags, key) => {
    const folder = join(temporaryFolder(), 'new')
    const failure = await fail(['node', 'start', '--data-dir', folder, ...flags])
    expect(failure).toMatchObject({ error: 'CONFIG_VALUE_INVALID', details: { key } })
    expect(() => readFileSync(folder)).toThrow('ENOENT')
  })
})
