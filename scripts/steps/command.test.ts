import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCommand } from './command.ts'

const node = process.execPath

describe('a command', () => {
  test('hands back its exit code and what it said', async () => {
    const script = "console.log('out'); console.error('err'); process.exitCode = 3"
    const ran = await runCommand(node, ['-e', script], { output: 'kept' })
    expect(ran.exitCode).toBe(3)
    expect(ran.output.split('\n').sort()).toEqual(['', 'err', 'out'])
  })

  test('that cannot start has exit code 127', async () => {
    const ran = await runCommand('no-such-program', [], { output: 'kept' })
    expect(ran).toMatchObject({ exitCode: 127, output: expect.stringContaining('could not start') })
  })

  test('that takes too long is ended', async () => {
    const ran = await runCommand(node, ['-e', 'setInterval(() => {}, 1e6)'], {
      output: 'kept',
      timeoutMinutes: 0.005,
    })
    expect(ran.exitCode).toBe(124)
  })
})

describe('a program that is told to stop', () => {
  let folder: string
  let program: ChildProcess
  let grandchild: number

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcp-command-'))
  })
  afterEach(() => {
    program.kill('SIGKILL')
    try {
      process.kill(grandchild, 'SIGKILL')
    } catch {
      // It has ended, as it ought to have.
    }
    rmSync(folder, { recursive: true, force: true })
  })

  test('ends what it runs, and what that runs, and removes what it made', async () => {
    const made = join(folder, 'made')
    writeFileSync(made, '')
    const commandFile = join(dirname(fileURLToPath(import.meta.url)), 'command.ts')
    const lasting = 'console.log(process.pid); setInterval(() => {}, 1e6)'
    const child = `require('node:child_process').spawn(
      process.execPath, ['-e', ${JSON.stringify(lasting)}], { stdio: 'inherit' })`
    const main = `
      import { rmSync } from 'node:fs'
      import { removedAtEnd, runCommand } from ${JSON.stringify(commandFile)}
      removedAtEnd(() => rmSync(${JSON.stringify(made)}))
      await runCommand(process.execPath, ['-e', ${JSON.stringify(child)}], { output: 'live' })`
    program = spawn(node, ['--input-type=module', '-e', main], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    grandchild = await new Promise<number>((resolve) => {
      program.stdout?.once('data', (text) => resolve(Number(text)))
    })
    // The grandchild holds the pipe open: `close` comes when it has ended, and not before.
    const closed = new Promise((resolve) => program.on('close', resolve))
    program.kill('SIGTERM')

    expect(await closed).toBe(143)
    expect(existsSync(made)).toBe(false)
  })
})
