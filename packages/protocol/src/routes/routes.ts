import { accountRoutes } from './account.ts'
import { authRoutes } from './auth.ts'
import { ledgerRoutes } from './ledger.ts'
import { nodeRoutes } from './nodes.ts'
import { operationRoutes } from './operation.ts'
import type { Route } from './route.ts'
import { taskRoutes } from './tasks.ts'

/** Every HTTP route of a coordinator, by name. Servers and callers both read this table. */
export const routes = {
  ...authRoutes,
  ...accountRoutes,
  ...nodeRoutes,
  ...taskRoutes,
  ...ledgerRoutes,
  ...operationRoutes,
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof routes

/** The path of a route with its parameters filled in. */
export function pathOf(name: RouteName, params: Readonly<Record<string, string>> = {}): string {
  return routes[name].path.replace(/\{([a-z_]+)\}/g, (_, key: string) => {
    const value = params[key]
    if (value === undefined) throw new RangeError(`the route ${name} needs the parameter ${key}`)
    return encodeURIComponent(value)
  })
}
