import type { Accounts } from '../../accounts/accounts.ts'
import type { Handlers } from '../handler.ts'
import type { HttpMetrics } from '../metrics.ts'
import type { Backend } from '../ports.ts'
import type { RateLimiter } from '../rate-limiter.ts'
import type { Streams } from '../streams.ts'
import { accountHandlers } from './account.ts'
import { adminHandlers } from './admin.ts'
import { authHandlers } from './auth.ts'
import { ledgerHandlers } from './ledger.ts'
import { nodeHandlers } from './nodes.ts'
import { operationHandlers } from './operation.ts'
import { taskHandlers } from './tasks.ts'

export interface HandlerParts {
  readonly accounts: Accounts
  readonly backend: Backend
  readonly limiter: RateLimiter
  readonly metrics: HttpMetrics
  readonly streams: Streams
  nowMs(): number
}

export function createHandlers(parts: HandlerParts): Handlers {
  return {
    ...authHandlers(parts),
    ...accountHandlers(parts),
    ...nodeHandlers(parts),
    ...taskHandlers(parts),
    ...ledgerHandlers(parts),
    ...operationHandlers(parts),
    ...adminHandlers(parts),
  }
}
