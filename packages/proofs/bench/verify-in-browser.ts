// What checking costs in a browser, under the policy for scripts that the coordinator's pages have:
// nothing inline, nothing from elsewhere, no WASM. Wall time: a browser has no other clock.
//   node scripts/with-node.mjs packages/proofs/bench/verify-in-browser.ts [--json] [--batch 100]
//     [--browser /usr/bin/chromium]
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batch: { type: 'string', default: '100' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
})
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'"
const committed = (what: string) => {
  const file = new URL(`../../../circuits/execution/execution.${what}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('verify-page.ts', import.meta.url))],
  bundle: true,
  write: false,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  conditions: ['source'],
})
const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/': ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
  '/page.js': ['text/javascript', outputFiles[0]?.text ?? ''],
  '/served.json': [
    'application/json',
    JSON.stringify({ key: committed('key'), ...committed('proof'), batch: Number(values.batch) }),
  ],
}
const found = Promise.withResolvers<Record<string, number>>()
const server = createServer((request: IncomingMessage, response) => {
  if (request.method === 'POST') {
    text(request).then((body) => found.resolve(JSON.parse(body)), found.reject)
    response.end('{}')
    return
  }
  const [type, body] = files[request.url ?? ''] ?? ['text/plain', '']
  const status = body === '' ? 404 : 200
  response.writeHead(status, { 'content-type': type, 'content-security-policy': policy }).end(body)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const profile = mkdtempSync(join(tmpdir(), 'vcp-chromium-'))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run']
const browser = spawn(values.browser, [...flags, `--user-data-dir=${profile}`, url], {
  stdio: 'ignore',
})
const ended = new Promise<void>((resolve) => browser.once('close', () => resolve()))
browser.once('error', found.reject)
browser.once('exit', () => found.reject(new Error('the browser ended before it was done')))
try {
  const figures = Object.entries(await found.promise)
  const row = Object.fromEntries(figures.map(([name, ms]) => [name, Math.round(ms * 10) / 10]))
  if (values.json) console.log(JSON.stringify(row))
  else console.table([row])
} finally {
  browser.kill()
  await ended
  server.close()
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
}
