import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { refuse } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../testing/host.ts'
import { agentClient } from './client.ts'
import { socketPlace } from './socket-path.ts'
import type { AgentEvent } from './status.ts'
import { playAgent } from './testing/played-agent.ts'
import { sampleDetails } from './testing/sample-details.ts'
import { sampleStatus } from './testing/sample-status.ts'

const linux = { platform: 'linux', env: {}, uid: 1000 } as const

const event: AgentEvent = {
  at_ms: 1,
  event: 'run-ended',
  task_id: null,
  lease_epoch: 2,
  detail: { kind: 'finished', gas: 5 },
}

function ask(socketPath: string, method: string, path: string, body = '') {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = request({ socketPath, method, path }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.once('error', reject)
    asked.end(body)
  })
}

describe('the local API', () => {
  test('shows the status, and takes what it is told, over a socket of its user alone', async () => {
    const folder = temporaryFolder()
    const agent = await playAgent(folder)
    const client = agentClient(folder, {})
    expect(statSync(agent.path).mode & 0o777).toBe(0o600)
    expect(await client.status()).toEqual(sampleStatus)
    agent.status = { ...sampleStatus, mode: 'draining' }
    expect(await client.control({ control: 'drain' })).toMatchObject({ mode: 'draining' })
    await client.control({ control: 'pause', seconds: 60 })
    expect(agent.controls).toEqual([{ control: 'drain' }, { control: 'pause', seconds: 60 }])
    agent.answer = refuse('DISK_FULL', 'no room')
    await expect(client.control({ control: 'resume' })).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: 'no room',
    })
  })

  test('shows the rest to those who look closer', async () => {
    const folder = temporaryFolder()
    await playAgent(folder)
    const client = agentClient(folder, {})
    expect(await client.detail('/history')).toEqual(sampleDetails.history)
    expect(await client.detail('/mesh')).toEqual(sampleDetails.mesh)
    expect(await client.detail('/results')).toEqual(sampleDetails.results)
  })

  test('tells what happens as it happens, until it ends', async () => {
    const folder = temporaryFolder()
    const agent = await playAgent(folder)
    const seen: AgentEvent[] = []
    const arrived = Promise.withResolvers<void>()
    const { ended } = await agentClient(folder, {}).events((each) => {
      seen.push(each)
      arrived.resolve()
    }, new AbortController().signal)
    expect(agent.readers).toBe(1)
    agent.say(event)
    await arrived.promise
    expect(seen).toEqual([event])
    await agent.end()
    await ended
    expect(existsSync(agent.path)).toBe(false)
  })

  test('forgets a reader that goes away', async () => {
    const folder = temporaryFolder()
    const agent = await playAgent(folder)
    const stop = new AbortController()
    const { ended } = await agentClient(folder, {}).events(() => undefined, stop.signal)
    stop.abort()
    await ended
    await expect.poll(() => agent.readers).toBe(0)
  })

  test.each([
    ['POST', '/control', '{"control": "explode"}', 400, 'INVALID'],
    ['POST', '/control', '{"control": "pause"}', 400, 'INVALID'],
    ['POST', '/control', '{', 400, 'REQUEST_MALFORMED'],
    ['POST', '/control', `"${'x'.repeat(5_000)}"`, 400, 'TOO_LARGE'],
    ['GET', '/control', '', 404, 'NOT_FOUND'],
    ['GET', '/../etc/passwd', '', 404, 'NOT_FOUND'],
  ])('refuses %s %s with %s', async (method, path, body, status, code) => {
    const agent = await playAgent(temporaryFolder())
    const answer = await ask(agent.path, method, path, body)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toMatchObject({ error: code })
    expect(agent.controls).toEqual([])
  })

  test('takes the place of a socket that a crash has left, and of no other', async () => {
    const folder = temporaryFolder()
    const stale = createServer()
    const path = join(folder, 'agent.sock')
    writeFileSync(path, '')
    const agent = await playAgent(folder)
    expect(await agentClient(folder, {}).status()).toEqual(sampleStatus)
    await expect(playAgent(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' })
    expect(await agentClient(folder, {}).status()).toEqual(sampleStatus)
    expect(agent.path).toBe(path)
    stale.close()
  })

  test('is not there where no agent is', async () => {
    const client = agentClient(temporaryFolder(), {})
    await expect(client.status()).rejects.toMatchObject({ code: 'AGENT_NOT_RUNNING' })
  })
})

describe('the path of a socket', () => {
  test('is in the data folder where that is short enough', () => {
    expect(socketPlace('/srv/anna', linux)).toEqual({
      path: '/srv/anna/agent.sock',
      folder: null,
    })
    const deep = `/srv/${'x'.repeat(200)}`
    const { path, folder } = socketPlace(deep, {
      ...linux,
      env: { XDG_RUNTIME_DIR: '/run/user/1' },
    })
    expect(folder).toBe('/run/user/1/vcp')
    expect(path).toMatch(/^\/run\/user\/1\/vcp\/[0-9a-f]{16}\.sock$/)
    expect(socketPlace(`${deep}y`, linux).path).not.toBe(socketPlace(deep, linux).path)
  })

  test('is a pipe on Windows', () => {
    const place = socketPlace('C:\\vcp', { ...linux, platform: 'win32' })
    expect(place.path).toMatch(/^\\\\\.\\pipe\\vcp-agent-[0-9a-f]{16}$/)
  })

  test('that is too long works all the same', async () => {
    const folder = join(temporaryFolder(), 'x'.repeat(100))
    mkdirSync(folder)
    const agent = await playAgent(folder)
    expect(agent.path.length).toBeLessThan(104)
    expect(await agentClient(folder, {}).status()).toEqual(sampleStatus)
    onTestFinished(() => agent.end())
  })
})
