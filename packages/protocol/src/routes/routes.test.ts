import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { errors } from '../errors.ts'
import { atMs, nonce, taskId, taskOf } from '../testing/samples.ts'
import { type Route, rateLimits } from './route.ts'
import { pathOf, routes } from './routes.ts'

const table = Object.entries(routes as Record<string, Route>)

/** The routes that this project took over; their paths are a promise. */
const inherited = [
  'GET /api/v1/health',
  'POST /api/v1/auth/register',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/refresh',
  'GET /api/v1/auth/api-key/validate',
  'POST /api/v1/nodes',
  'GET /api/v1/nodes',
  'GET /api/v1/nodes/{id}',
  'DELETE /api/v1/nodes/{id}',
  'PUT /api/v1/nodes/{id}/heartbeat',
  'POST /api/v1/nodes/{id}/reject',
  'POST /api/v1/tasks',
  'GET /api/v1/tasks',
  'GET /api/v1/tasks/{id}',
  'DELETE /api/v1/tasks/{id}',
  'POST /api/v1/proofs/verify',
  'GET /api/v1/cluster/stats',
  'GET /metrics',
  'GET /api/v1/admin/users',
  'GET /api/v1/admin/audit-log',
  'POST /api/v1/admin/throttle-overrides',
]

describe('the table of routes', () => {
  test('holds every route that was taken over, once', () => {
    const lines = table.map(([, { method, path }]) => `${method} ${path}`)
    expect(lines).toEqual(expect.arrayContaining(inherited))
    expect(new Set(lines).size).toBe(lines.length)
  })

  test.each(table)('%s declares its parameters, its answer and its refusals', (_, route) => {
    const inPath = [...route.path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name)
    const declared = route.params instanceof z.ZodObject ? Object.keys(route.params.shape) : []
    expect(declared).toEqual(inPath)
    expect(rateLimits[route.rate]).toBeDefined()
    if (route.method === 'GET') expect(route.body).toBeUndefined()
    if (route.status === 204) expect(route.answer).toBe('none')
    for (const code of route.refusals) expect(errors[code]).toBeDefined()
    expect(route.summary).not.toMatch(/^[A-Z]|\.$/)
  })

  test.each(table)('%s can be described as JSON Schema', (_, { params, query, body, answer }) => {
    for (const schema of [params, query, body, answer]) {
      if (!(schema instanceof z.ZodType)) continue
      const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
      expect(described).toHaveProperty('$schema')
    }
  })

  test('makes paths, and escapes what goes into them', () => {
    expect(pathOf('getTask', { id: taskId })).toBe(`/api/v1/tasks/${taskId}`)
    expect(pathOf('getNode', { id: '../admin' })).toBe('/api/v1/nodes/..%2Fadmin')
    expect(() => pathOf('getNode')).toThrow(RangeError)
  })

  test('takes a submission as its submitter writes it, defaults and all', () => {
    const task = taskOf('wasm_execution')
    const { body } = routes.submitTask
    const least = { task_id: taskId, task: { task_type: task.task_type, inputs: task.inputs } }
    expect(body.parse(least)).toEqual({ task_id: taskId, task })
    expect(body.safeParse({ ...least, at_ms: atMs, nonce }).success).toBe(false)
  })
})
