import { spawn } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testOnLinux } from '../../testing/conditions.ts'
import { examinationWith } from '../../testing/examination.ts'
import { ports } from './ports.ts'

/** A port of this machine that something listens on until the test ends. */
async function taken(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve)
  })
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A port where another process listens, whose command line ends with these words. */
async function takenBy(words: readonly string[]): Promise<{ port: number; pid: number }> {
  const code =
    'const s = require("net").createServer().listen(0, () => console.log(s.address().port))'
  const child = spawn(process.execPath, ['-e', code, '--', ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill())
  const text = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
  })
  return { port: Number(text), pid: child.pid ?? 0 }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}

function checked(port: number, more: Readonly<Record<string, string>> = {}) {
  return ports.run(examinationWith({ 'node.listen_port': String(port), ...more }))
}

describe('the port of the node', () => {
  test('that is free is fine, and free again afterwards', async () => {
    const port = await freePort()
    expect(await checked(port)).toMatchObject({ status: 'ok', hint: null, figures: { port } })
    expect(await checked(port)).toMatchObject({ status: 'ok' })
  })

  test.each(['0.0.0.0', '127.0.0.1'])('in use on %s is an error with its number', async (host) => {
    const port = await taken(host)
    const verdict = await checked(port)
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain(`port ${port} is in use by`)
    expect(verdict.hint).toContain('vcp config set node.listen_port')
  })

  testOnLinux('in use by another program names that program', async () => {
    const { port, pid } = await takenBy([])
    const verdict = await checked(port)
    expect(verdict).toMatchObject({ status: 'error', figures: { pid } })
    expect(verdict.summary).toContain(`process ${pid}`)
  })

  testOnLinux('in use by a vcp node is fine', async () => {
    const { port, pid } = await takenBy(['/usr/lib/vcp.js', 'node', 'start'])
    const verdict = await checked(port)
    expect(verdict.status).toBe('ok')
    expect(verdict.summary).toContain(`a vcp node of this machine, process ${pid}`)
  })

  test('that is also the coordinator’s on this machine is an error', async () => {
    const port = await freePort()
    const verdict = await checked(port, { 'coordinator.url': `http://localhost:${port}` })
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('the port of the coordinator on this machine')
    const elsewhere = await checked(port, { 'coordinator.url': `http://192.0.2.1:${port}` })
    expect(elsewhere.status).toBe('ok')
  })
})
