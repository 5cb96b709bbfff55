// The description of the API for machines (OpenAPI 3.1), out of the table of routes.
import { ErrorBody, errors, type Route, type RouteName, rateLimits, routes } from '@vcp/protocol'
import * as z from 'zod'
import { bodyBytesMax } from './body-limits.ts'
import { routeScopes } from './route-scopes.ts'

type JsonObject = { readonly [key: string]: unknown }

/** What any route may refuse with, besides its own. */
const everywhere = ['INVALID', 'REQUEST_MALFORMED', 'RATE_LIMITED', 'COORDINATOR_STOPPING'] as const
const withBody = ['TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', 'REQUEST_TIMEOUT'] as const

export function openApi(version: string): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const name of Object.keys(routes) as RouteName[]) {
    const { method, path }: Route = routes[name]
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(name) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'vcp coordinator',
      version,
      description: 'Orders events, matches tasks to nodes, compares digests, keeps the log.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      schemas: { Error: schemaOf(ErrorBody, 'output') },
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  }
}

function operation(name: RouteName): JsonObject {
  const route: Route = routes[name]
  const { perMinute, burst } = rateLimits[route.rate]
  const scope = routeScopes[name]
  const takes = scope === null ? '' : ` Takes ${scope === 'session' ? 'a sign-in' : scope}.`
  return {
    operationId: name,
    summary: route.summary,
    description: `At most ${perMinute} requests a minute, ${burst} at once.${takes}`,
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === undefined && name !== 'putBlob' ? {} : { requestBody: bodyOf(name) }),
    responses: { [route.status]: answerOf(route), ...refusalsOf(route) },
    security: securityOf(route),
  }
}

function securityOf({ access }: Route): readonly JsonObject[] {
  if (access === 'public') return []
  return access === 'api_key' ? [{ apiKey: [] }] : [{ accessToken: [] }, { apiKey: [] }]
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query'): JsonObject[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, of]) => ({
    name,
    in: where,
    required: where === 'path' || !of.safeParse(undefined).success,
    schema: schemaOf(of, 'input'),
  }))
}

function bodyOf(name: RouteName): JsonObject {
  const { body }: Route = routes[name]
  if (body === undefined) return { required: true, content: { 'application/octet-stream': {} } }
  return {
    required: true,
    description: `At most ${bodyBytesMax(name)} bytes.`,
    content: { 'application/json': { schema: schemaOf(body, 'input') } },
  }
}

function answerOf({ answer, summary }: Route): JsonObject {
  if (answer instanceof z.ZodType) {
    const content = { 'application/json': { schema: schemaOf(answer, 'output') } }
    return { description: summary, content }
  }
  if (answer === 'none') return { description: summary }
  return { description: summary, content: { [answer]: { schema: { type: 'string' } } } }
}

function refusalsOf({ refusals, body, access }: Route): JsonObject {
  const codes = new Set([
    ...refusals,
    ...everywhere,
    ...(body === undefined ? [] : withBody),
    ...(access === 'public' ? [] : (['UNAUTHENTICATED', 'NOT_ALLOWED'] as const)),
  ])
  const byStatus = Map.groupBy(codes, (code) => errors[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, among]) => [
      status,
      {
        description: among.map((code) => `${code}: ${errors[code].meaning}`).join(' '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  )
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
