// Whose log is believed. The key that a coordinator names when it is first used is kept, and from
// then on no other is taken: what was signed for us before must still hold.
import { type KnownLog, readVerifierKey, VcpError } from '@vcp/protocol'
import type { Connection } from './connection.ts'
import { misbehaved } from './refusal.ts'

/** The keys that are kept, by the URL of the coordinator: `<name>+<id>+<base64>`. */
export interface KnownLogs {
  /** Where a person finds them. */
  readonly place: string
  find(url: string): Promise<string | null>
  /** Keeps a key where none is kept; gives the one that is. */
  keep(url: string, key: string): Promise<string>
}

export function memoryKnownLogs(keys: Readonly<Record<string, string>> = {}): KnownLogs {
  const kept = new Map(Object.entries(keys))
  return {
    place: 'the memory of this program',
    find: async (url) => kept.get(url) ?? null,
    async keep(url, key) {
      const first = kept.get(url) ?? key
      kept.set(url, first)
      return first
    },
  }
}

const seen = new WeakMap<Connection, Promise<KnownLog>>()

/** The log of a coordinator, believed at first use; LOG_KEY_CHANGED where it is another now. */
export function knownLogOf(connection: Connection, logs: KnownLogs): Promise<KnownLog> {
  const known = seen.get(connection)
  if (known !== undefined) return known
  const asked = compare(connection, logs)
  seen.set(connection, asked)
  asked.catch(() => seen.delete(connection))
  return asked
}

async function compare(connection: Connection, logs: KnownLogs): Promise<KnownLog> {
  const { url } = connection
  const { log_key: named } = await connection.ask('health')
  const kept = (await logs.find(url)) ?? (await logs.keep(url, logOf(url, named).key))
  if (kept === named) return logOf(url, kept).log
  throw new VcpError('LOG_KEY_CHANGED', {
    message: `the log of ${url} has the key ${named}; when it was first used it was ${kept}`,
    hint: `Ask its operator why; if the answer convinces you, take the key out of ${logs.place}.`,
    details: { url, kept, named },
  })
}

function logOf(url: string, key: string): { readonly key: string; readonly log: KnownLog } {
  const verifier = readVerifierKey(key)
  if (!verifier.ok) throw misbehaved(url, `it does not name the key of its log: ${verifier.reason}`)
  return { key, log: { origin: verifier.value.name, verifier: verifier.value } }
}
