// The dashboard: a few files that were built before, read once and served from memory. A path that
// is not one of theirs is not there, so nothing of the disk can be asked for.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerFault } from './answer.ts'

interface Page {
  readonly type: string
  readonly bytes: Buffer
  /** Null where it would not be smaller. */
  readonly gzipped: Buffer | null
  readonly tag: string
  /** Its name has a digest of what is in it: under this name it never changes. */
  readonly isLasting: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Scripts and styles from here alone, none in the page itself; nothing goes anywhere else. */
export const pagesPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

export function addPages(app: FastifyInstance, folder: URL): void {
  const pages = readPages(fileURLToPath(folder))
  app.get('/', async (request, reply) => {
    const page = pages.get('index.html')
    if (page !== undefined) return answerPage(request, reply, page)
    const reason = 'the dashboard is not built here: npm run build'
    return answerFault(reply, { code: 'NOT_FOUND', reason })
  })
  for (const [path, page] of pages) {
    app.get(`/${path}`, async (request, reply) => answerPage(request, reply, page))
  }
}

function answerPage(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  const { type, bytes, gzipped, tag, isLasting } = page
  reply
    .header('content-security-policy', pagesPolicy)
    .header('cache-control', isLasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    .header('vary', 'accept-encoding')
    .header('etag', tag)
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  reply.type(type)
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (gzipped === null || !takesGzip) return reply.send(bytes)
  return reply.header('content-encoding', 'gzip').send(gzipped)
}

/** By their paths; none where nothing was built. */
function readPages(folder: string): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>()
  for (const path of pathsIn(folder)) {
    const type = types[extname(path)]
    if (type === undefined) continue
    const bytes = readFileSync(join(folder, path))
    const gzipped = gzipSync(bytes, { level: 9 })
    pages.set(path, {
      type,
      bytes,
      gzipped: gzipped.length < bytes.length ? gzipped : null,
      tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      isLasting: path.startsWith('assets/'),
    })
  }
  return pages
}

function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
      .map((path) => path.replaceAll('\\', '/'))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
