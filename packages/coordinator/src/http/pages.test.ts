import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addPages } from './pages.ts'

const page = `<!doctype html><p>${'the same again '.repeat(200)}</p>`

describe('the pages', () => {
  let folder: string
  let app: FastifyInstance
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcp-pages-'))
    mkdirSync(join(folder, 'pages/assets'), { recursive: true })
    writeFileSync(join(folder, 'pages/index.html'), page)
    writeFileSync(join(folder, 'pages/assets/a-1234.js'), 'export const a = 1')
    writeFileSync(join(folder, 'pages/assets/notes.txt'), 'not for the browser')
    writeFileSync(join(folder, 'secret.html'), 'a secret')
    app = Fastify()
    addPages(app, pathToFileURL(join(folder, 'pages/')))
  })
  afterEach(async () => {
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('are what was built, under a policy that lets nothing in from elsewhere', async () => {
    const { statusCode, headers, body } = await app.inject('/')
    expect(statusCode).toBe(200)
    expect(body).toBe(page)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|http|\*|data:/)
  })

  test('are kept for good where their name has a digest, and asked about where not', async () => {
    const script = await app.inject('/assets/a-1234.js')
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(script.headers['cache-control']).toContain('immutable')
    const first = await app.inject('/')
    expect(first.headers['cache-control']).toBe('no-cache')
    const headers = { 'if-none-match': String(first.headers.etag) }
    const again = await app.inject({ url: '/', headers })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  test('are sent smaller to who can read that', async () => {
    const headers = { 'accept-encoding': 'gzip, deflate' }
    const { rawPayload, headers: got } = await app.inject({ url: '/', headers })
    expect(got['content-encoding']).toBe('gzip')
    expect(rawPayload.length).toBeLessThan(page.length / 4)
    expect(gunzipSync(rawPayload).toString()).toBe(page)
  })

  test.each([
    '/secret.html',
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/assets/..%2f..%2fsecret.html',
    '/assets/notes.txt',
    '/assets/',
    '//secret.html',
  ])('are all that there is: %s is not', async (url) => {
    expect((await app.inject(url)).statusCode).toBe(404)
  })

  test('say that they were not built, where they were not', async () => {
    const bare = Fastify()
    addPages(bare, pathToFileURL(join(folder, 'nowhere/')))
    const { statusCode, json } = await bare.inject('/')
    expect(statusCode).toBe(404)
    expect(json().message).toContain('npm run build')
    await bare.close()
  })
})
