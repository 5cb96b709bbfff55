import type { RouteName } from '@vcp/protocol'
import type { Scope } from '../accounts/identity.ts'

/**
 * The scope that a route asks for. Null: none, being known is enough. `session`: somebody who
 * signed in, never a key, so that a key that leaked cannot make itself another.
 */
export const routeScopes: { readonly [Name in RouteName]: Scope | 'session' | null } = {
  register: null,
  login: null,
  refresh: null,
  walletChallenge: null,
  walletLogin: null,
  validateApiKey: null,
  createApiKey: 'session',
  listApiKeys: 'session',
  revokeApiKey: 'session',
  registerNode: 'nodes:write',
  listNodes: 'nodes:read',
  getNode: 'nodes:read',
  removeNode: 'nodes:write',
  heartbeat: 'nodes:write',
  rejectNode: 'nodes:write',
  submitTask: 'tasks:write',
  submitTasks: 'tasks:write',
  tryTask: 'tasks:write',
  listTasks: 'tasks:read',
  getTask: 'tasks:read',
  cancelTask: 'tasks:write',
  whyTask: 'tasks:read',
  taskAssignments: 'tasks:read',
  taskEvidence: 'tasks:read',
  ledgerHead: null,
  ledgerEntries: 'ledger:read',
  ledgerInclusion: null,
  ledgerConsistency: null,
  verifyProof: 'tasks:read',
  listRounds: 'tasks:read',
  getRound: 'tasks:read',
  health: null,
  clusterStats: null,
  events: 'tasks:read',
  putBlob: 'tasks:write',
  getBlob: 'tasks:read',
  metrics: 'admin',
  listUsers: 'admin',
  auditLog: 'admin',
  overrideThrottle: 'admin',
}

/** What is written to the audit log, beside every 401 and 403. Tasks are in the journal anyway. */
export const auditedRoutes: ReadonlySet<RouteName> = new Set<RouteName>([
  'register',
  'login',
  'refresh',
  'walletLogin',
  'createApiKey',
  'revokeApiKey',
  'registerNode',
  'removeNode',
  'rejectNode',
  'listUsers',
  'auditLog',
  'overrideThrottle',
])
