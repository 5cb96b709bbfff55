// The API described: `/api/docs` for people, `/api/docs/openapi.json` for machines.
import { createHash } from 'node:crypto'
import { errors, type Route, type RouteName, routes } from '@vcp/protocol'
import type { FastifyInstance } from 'fastify'
import { openApi } from './openapi.ts'
import { routeScopes } from './route-scopes.ts'

export function addDocs(app: FastifyInstance, version: string): void {
  // Made when it is first asked for: most coordinators are never asked.
  let json: string | null = null
  let page: string | null = null

  app.get('/api/docs/openapi.json', async (_request, reply) => {
    json ??= JSON.stringify(openApi(version))
    return reply.type('application/json; charset=utf-8').send(json)
  })
  app.get('/api/docs', async (_request, reply) => {
    page ??= docsPage(version)
    return reply
      .header('content-security-policy', pagePolicy)
      .type('text/html; charset=utf-8')
      .send(page)
  })
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, h3 { font-family: ui-monospace, monospace }
h3 { margin: 2rem 0 0; font-size: 1rem }
p { margin: .25rem 0 }
.more { color: #555; font-size: .875rem }
@media (prefers-color-scheme: dark) {
  body { background: #111; color: #ddd } .more { color: #999 } a { color: #8bf }
}
`

/** No script, nothing from elsewhere, one style. */
const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "frame-ancestors 'none'",
].join('; ')

function docsPage(version: string): string {
  const sections = (Object.keys(routes) as RouteName[]).map(section)
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width"><title>vcp coordinator: HTTP API</title>',
    `<style>${style}</style></head><body>`,
    `<h1>vcp coordinator: HTTP API</h1><p>Version ${text(version)}. Every schema is in `,
    '<a href="/api/docs/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>',
    '<p>Send an access token as <code>Authorization: Bearer</code>, or an API key as ',
    '<code>X-API-Key</code>. Every refusal is <code>{error, message, hint, request_id, ',
    'details}</code>; <code>details.code</code> never changes its meaning.</p>',
    ...sections,
    '</body></html>',
  ].join('')
}

function section(name: RouteName): string {
  const { method, path, summary, access, rate, status, refusals }: Route = routes[name]
  const scope = routeScopes[name]
  const who = scope === null ? access : `${access}, ${scope}`
  const codes = refusals.map((code) => `<code>${code}</code> (${errors[code].status})`)
  return [
    `<h3 id="${name}">${method} ${text(path)}</h3><p>${text(summary)}</p>`,
    `<p class="more">for: ${text(who)} · rate: ${rate} · answers ${status}`,
    codes.length === 0 ? '</p>' : ` · refuses with ${codes.join(', ')}</p>`,
  ].join('')
}

function text(plain: string): string {
  return plain.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
