// A page whose script is bundled as a user of ours would do it, served with what it is to look at.
import { createServer } from 'node:http'
import { builtinModules } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { onTestFinished } from 'vitest'
import { openInChromium } from './chromium.ts'

export interface Bundle {
  readonly code: string
  /** What of Node's modules it would need. */
  readonly ofNode: readonly string[]
}

/** `page` is a file of this folder. */
export async function bundlePage(page: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(page, import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['source'],
    logLevel: 'silent',
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
  const ofNode = imports
    .map(({ path }) => path)
    .filter((path) => path.startsWith('node:') || builtinModules.includes(path))
  return { code: outputFiles[0]?.text ?? '', ofNode }
}

/** What the page wrote as its body, as JSON, having been served `/served.json`. */
export async function foundByPage(
  chromium: string,
  { code }: Bundle,
  served: unknown,
  timeoutMs: number,
): Promise<unknown> {
  const script = '<script type="module" src="/page.js"></script>'
  const url = await serve({
    '/': ['text/html', `<!doctype html><body>waiting</body>${script}`],
    '/page.js': ['text/javascript', code],
    '/served.json': ['application/json', JSON.stringify(served)],
  })
  const page = await openInChromium(chromium, url, timeoutMs)
  return JSON.parse(/<body>(.*)<\/body>/s.exec(page)?.[1] ?? 'null')
}

async function serve(files: Readonly<Record<string, readonly [type: string, text: string]>>) {
  const server = createServer((request, response) => {
    const [type, text] = files[request.url ?? ''] ?? ['text/plain', '']
    response.writeHead(text === '' ? 404 : 200, { 'content-type': type }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
