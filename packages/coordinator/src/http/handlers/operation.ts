import { type Outcome, pass, refuse } from '@vcp/protocol'
import { resumeFrom } from '../event-stream.ts'
import type { Handlers } from '../handler.ts'
import type { ByteRange } from '../ports.ts'
import type { HandlerParts } from './handlers.ts'

type Names =
  | 'health'
  | 'clusterStats'
  | 'clusterCensus'
  | 'events'
  | 'putBlob'
  | 'getBlob'
  | 'metrics'

export function operationHandlers(parts: HandlerParts): Pick<Handlers, Names> {
  const { backend, metrics, streams } = parts
  const { cluster, blobs } = backend
  return {
    health() {
      const health = cluster.health()
      return { ...pass(health), status: health.ready ? 200 : 503 }
    },
    clusterStats: () => pass(cluster.stats()),
    clusterCensus: () => pass(cluster.census()),
    events({ identity, query, headers }) {
      const after = resumeFrom(query.after, headers['last-event-id'])
      const types = query.types === undefined ? null : new Set(query.types.split(','))
      return streams.open(identity, { after, types })
    },
    async putBlob({ params: { cid }, stream }) {
      const stored = await blobs.put(cid, stream)
      return stored.ok ? pass({ cid, bytes: stored.value }) : stored
    },
    async getBlob({ params: { cid }, headers }) {
      const range = readRange(headers.range)
      if (!range.ok) return range
      const found = await blobs.get(cid, range.value)
      if (!found.ok) return found
      const { bytes, from, length, total } = found.value
      return pass({ bytes, length, part: range.value === null ? null : { from, of: total } })
    },
    async metrics() {
      return pass(await metrics.registry.metrics())
    },
  }
}

/** `bytes=100-` and `bytes=100-199`: what resuming takes. RFC 9110 lets the rest be ignored. */
function readRange(header: string | string[] | undefined): Outcome<ByteRange | null> {
  const found = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(typeof header === 'string' ? header : '')
  if (found === null) return pass(null)
  const range = { from: Number(found[1]), to: found[2] === undefined ? null : Number(found[2]) }
  if (range.to === null || range.to >= range.from) return pass(range)
  return refuse('INVALID', 'the range ends before it begins')
}
