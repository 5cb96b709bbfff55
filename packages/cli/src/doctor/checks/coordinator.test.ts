import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deadUrl, health, serve, serveBody } from '../../testing/coordinator.ts'
import { examinationWith } from '../../testing/examination.ts'
import { coordinator } from './coordinator.ts'

function at(url: string, timeoutMs?: number) {
  return coordinator.run(examinationWith({ 'coordinator.url': url }, {}, timeoutMs))
}

describe('the coordinator', () => {
  test('that is well is fine, with its version and its latency', async () => {
    const verdict = await at(await serveBody(JSON.stringify(health)))
    expect(verdict).toMatchObject({ status: 'ok', figures: { version: '0.1.0', protocol: 1 } })
    expect(verdict.figures['latency_ms']).toBeGreaterThanOrEqual(0)
  })

  test('is asked at its path of health', async () => {
    const asked: string[] = []
    const url = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end(JSON.stringify(health))
    })
    await at(url)
    expect(asked).toEqual(['GET /api/v1/health'])
  })

  test('of a later version, that says more, is understood', async () => {
    const body = JSON.stringify({ ...health, moon: 'full' })
    expect(await at(await serveBody(body))).toMatchObject({ status: 'ok' })
  })

  test('that nobody started is a warning with how to name another', async () => {
    const url = await deadUrl()
    const verdict = await at(url)
    expect(verdict.status).toBe('warning')
    expect(verdict.summary).toBe(`nothing answers at ${url}: the connection is refused`)
    expect(verdict.hint).toContain('vcp config set coordinator.url')
  })

  test.each([
    ['no JSON', '<html>welcome</html>', 200],
    ['other JSON', '{"hello":"world"}', 200],
    ['a list', '[]', 200],
    ['nothing', '', 200],
    ['another page', '{"status":"ok"}', 404],
    ['a way elsewhere', '{"status":"ok"}', 302],
    ['far too much', `${JSON.stringify(health)}${' '.repeat(100_000)}`, 200],
  ])('that answers with %s is an error', async (_, body, status) => {
    const verdict = await at(await serveBody(body, status))
    expect(verdict).toMatchObject({
      status: 'error',
      figures: { code: 'COORDINATOR_MISBEHAVED' },
    })
    expect(verdict.summary).toContain('is no coordinator')
    expect(verdict.hint).toContain('coordinator.url')
  })

  test('that does not answer in time is an error', async () => {
    const verdict = await at(await serve(() => {}), 500)
    expect(verdict).toMatchObject({ status: 'error', figures: { why: 'timeout' } })
    expect(verdict.summary).toContain('no answer in 0.5 s')
    expect(verdict.hint).toContain('coordinator.url')
  })

  test('that begins an answer and never ends it is an error', async () => {
    const url = await serve((_, response) => void response.write('{"status":'))
    expect(await at(url, 500)).toMatchObject({ status: 'error', figures: { why: 'timeout' } })
  })

  test('that speaks no HTTP is an error', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    expect(await at(`http://127.0.0.1:${port}`)).toMatchObject({ status: 'error' })
  })

  test('whose name nobody knows is an error', async () => {
    // A label of 64 letters: refused by the resolver itself, without asking the network.
    const verdict = await at(`http://${'x'.repeat(64)}.invalid:8420`)
    expect(verdict).toMatchObject({ status: 'error', figures: { why: 'name' } })
    expect(verdict.hint).toContain('coordinator.url')
  })

  test('of another protocol is an error', async () => {
    const verdict = await at(await serveBody(JSON.stringify({ ...health, protocol: 99 })))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('speaks protocol 99, this vcp speaks 1')
    expect(verdict.hint).toContain('same version')
  })

  test('that is not well is a warning with its reason', async () => {
    const body = JSON.stringify({ ...health, status: 'degraded', reason: 'the disk is full' })
    const verdict = await at(await serveBody(body, 503))
    expect(verdict.status).toBe('warning')
    expect(verdict.summary).toContain('says that it is degraded: the disk is full')
  })
})
