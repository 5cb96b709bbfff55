// The coordinator of the configuration, as commands use it.
import { type Connection, connect, type Transport } from '@vcp/client'
import { createNativeVerify } from '@vcp/mesh/verify'
import type { VcpError } from '@vcp/protocol'
import type { Context } from './command.ts'
import { keptCredentials, knownCredentials, ownCredentials } from './task/own-credentials.ts'

export interface Approach {
  /**
   * What a command does that was given no credentials: it signs in with the owner wallet of this
   * machine, which `true` makes where there is none, and `'if-known'` does not.
   */
  readonly signsIn?: true | 'if-known'
  /** How long a silent coordinator is tried again. */
  readonly silenceMs?: number
  readonly transport?: Transport
  /** Ends the work, beside Ctrl-C. */
  readonly signal?: AbortSignal | undefined
  readonly onWait?: (error: VcpError, ms: number) => void
}

/** Works with the coordinator of the configuration, and lets its connections go at the end. */
export async function withCoordinator<T>(
  context: Context,
  work: (connection: Connection) => Promise<T>,
  { signsIn, signal, silenceMs = 1_000, ...options }: Approach = {},
): Promise<T> {
  const url = context.settings()['coordinator.url']
  const credentials = credentialsFor(signsIn)(context, url)
  const { signal: stop } = context.host
  const both = signal === undefined ? stop : AbortSignal.any([stop, signal])
  const verify = createNativeVerify()
  const connection = connect({ url, credentials, signal: both, silenceMs, verify, ...options })
  try {
    return await work(connection)
  } finally {
    await connection.close()
  }
}

function credentialsFor(signsIn: Approach['signsIn']) {
  if (signsIn === undefined) return keptCredentials
  return signsIn === true ? ownCredentials : knownCredentials
}
