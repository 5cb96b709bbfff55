import { type Method, type Route, type RouteName, routes } from '@vcp/protocol'

/** As fastify writes a path: `/api/v1/nodes/:id`. */
export function fastifyPath(name: RouteName): string {
  return routes[name].path.replace(/\{([a-z_]+)\}/g, ':$1')
}

const patterns = Object.values(routes as Record<string, Route>).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[a-z_]+\}/g, '[^/]+')}$`),
}))

/** The methods that a path has; none where there is no such path. */
export function allowedMethods(url: string): readonly Method[] {
  const path = url.split('?', 1)[0] ?? ''
  return patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
}
