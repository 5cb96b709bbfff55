import type { Connection } from '@vcp/client'
import { type KnownLog, readVerifierKey, VcpError, writeVerifierKey } from '@vcp/protocol'

export const logKeyOption = {
  form: '--log-key <key>',
  about: 'the key of the log: <name>+<id>+<base64>',
} as const

/** The log of a key that somebody typed; USAGE where it is none. */
export function knownLog(key: string): KnownLog {
  const verifier = readVerifierKey(key)
  if (!verifier.ok) throw new VcpError('USAGE', { message: `--log-key: ${verifier.reason}` })
  return { origin: verifier.value.name, verifier: verifier.value }
}

/** The log of the key that was typed, or else of that which the coordinator says is its own. */
export async function logOf(client: Connection, key: string | undefined): Promise<KnownLog> {
  if (key !== undefined) return knownLog(key)
  const { log_key } = await client.ask('health')
  const verifier = readVerifierKey(log_key)
  if (verifier.ok) return { origin: verifier.value.name, verifier: verifier.value }
  throw new VcpError('COORDINATOR_MISBEHAVED', {
    message: `the coordinator does not name the key of its log: ${verifier.reason}`,
  })
}

export function keyOf({ verifier }: KnownLog): string {
  return writeVerifierKey(verifier)
}
