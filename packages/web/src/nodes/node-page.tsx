import { type NodeInfo, reputationOf } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { ask } from '../api/ask.ts'
import { useStore } from '../api/store.ts'
import { useAsk } from '../api/use-ask.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Field, textOf } from '../parts/field.tsx'
import { dateTime, number, unknown } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Awaited, Failure } from '../parts/notice.tsx'
import { PageAwaited, PageHead } from '../parts/page-head.tsx'
import { Ago } from '../parts/time.tsx'
import { modeTones, nodeTones, words } from '../parts/tones.ts'
import { account, hasScope } from '../shell/account.ts'
import { hrefOf } from '../shell/address.ts'
import { goTo } from '../shell/place.ts'
import { NodeHistoryCards } from './node-history.tsx'

export function NodePage({ name }: { readonly name: string }) {
  const asked = { params: { id: name } }
  const node = useAsk('getNode', asked, {
    everyMs: 15_000,
    on: ({ event }) => event.type.startsWith('node-') && 'peer_id' in event,
  })
  const history = useAsk('nodeHistory', asked, { everyMs: 12_000 })
  const within = { title: 'Nodes', href: hrefOf('nodes') }
  if (node.value === null) return <PageAwaited title={name} within={within} error={node.error} />
  const { value } = node
  return (
    <>
      <PageHead title={value.node_id} within={within}>
        <Badge tone={nodeTones[value.status]}>{value.status}</Badge>
        <Badge tone={modeTones[value.mode]}>{words(value.mode)}</Badge>
      </PageHead>
      <Failure error={node.error} />
      <div class="columns">
        <Who node={value} />
        <Machine node={value} />
        <Standing node={value} />
      </div>
      {history.value === null ? (
        <Awaited what="Asking how it was lately" error={history.error} />
      ) : (
        <NodeHistoryCards history={history.value} />
      )}
      <Power node={value} onDone={node.reload} />
    </>
  )
}

function Who({ node }: { readonly node: NodeInfo }) {
  return (
    <Card title="Who it is">
      <dl class="facts">
        <dt>Key</dt>
        <dd>
          <Id text={node.peer_id} what="the key" isWhole />
        </dd>
        <dt>Wallet</dt>
        <dd>
          {node.owner_address === null ? (
            <span class="quiet">none has signed for it</span>
          ) : (
            <Id text={node.owner_address} what="the wallet" isWhole />
          )}
        </dd>
        <dt>Account</dt>
        <dd>
          <Id text={node.owner_id} what="the account" isWhole />
        </dd>
        <dt>Type, region</dt>
        <dd>
          {words(node.node_type)}, {node.region}
        </dd>
        <dt>Registered</dt>
        <dd>{dateTime(node.registered_at)}</dd>
        <dt>Last heard of</dt>
        <dd>
          <Ago at={node.last_seen} />
        </dd>
      </dl>
    </Card>
  )
}

function Machine({ node: { capabilities } }: { readonly node: NodeInfo }) {
  const { gpu_available: gpu } = capabilities
  const engines = Object.entries(capabilities.engines)
  return (
    <Card title="Its machine" foot="as it says of itself; what it could not measure is unknown">
      <dl class="facts">
        <dt>Cores</dt>
        <dd>{number(capabilities.cpu_cores)}</dd>
        <dt>Memory</dt>
        <dd>{number(capabilities.memory_gb, ' GB')}</dd>
        <dt>GPU</dt>
        <dd>{gpu === null ? unknown : gpu ? 'yes' : 'none'}</dd>
        <dt>Bandwidth</dt>
        <dd>{number(capabilities.bandwidth_mbps, ' Mbit/s')}</dd>
        <dt>Free disk</dt>
        <dd>{number(capabilities.disk_free_gb, ' GB')}</dd>
        <dt>Tasks at a time</dt>
        <dd>
          {capabilities.tasks_max === undefined ? 'no bound of its own' : capabilities.tasks_max}
        </dd>
        <dt>Engines</dt>
        <dd>
          {engines.length === 0
            ? 'none'
            : engines.map(([type, engine]) => (
                <div key={type}>
                  {words(type)}{' '}
                  <span class="quiet">
                    {engine.name} {engine.version}
                  </span>
                </div>
              ))}
        </dd>
      </dl>
    </Card>
  )
}

function Standing({
  node: { record, health_score, open_assignments },
}: {
  readonly node: NodeInfo
}) {
  const isNew = record.succeeded + record.failed === 0
  return (
    <Card
      title="How it stands"
      foot="reputation: the share of its results that were accepted, less 5% for each dispute lost"
    >
      <dl class="facts">
        <dt>Health</dt>
        <dd>{health_score === null ? unknown : `${Math.round(health_score)} of 100`}</dd>
        <dt>Reputation</dt>
        <dd>
          {isNew ? 'unknown: it has no history' : `${Math.round(reputationOf(record) * 100)}%`}
        </dd>
        <dt>Accepted</dt>
        <dd>{number(record.succeeded)}</dd>
        <dt>Failed</dt>
        <dd>{number(record.failed)}</dd>
        <dt>Disputes lost</dt>
        <dd>{number(record.disputes_lost)}</dd>
        <dt>At work on</dt>
        <dd>{number(open_assignments)} tasks</dd>
      </dl>
    </Card>
  )
}

/** What its owner may do with it. */
function Power({ node, onDone }: { readonly node: NodeInfo; onDone(): void }) {
  const standing = useStore(account)
  const [reason, setReason] = useState('')
  const [isSure, setSure] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const isOwn = standing?.account_id === node.owner_id || hasScope(standing, 'admin')
  if (!hasScope(standing, 'nodes:write') || !isOwn) return null
  const params = { id: node.peer_id }
  const attempt = (work: () => Promise<unknown>, done: () => void) =>
    work().then(
      () => {
        setError(null)
        done()
      },
      (failure: unknown) => setError(failure),
    )
  const pause = () => attempt(() => ask('rejectNode', { params, body: { reason } }), onDone)
  const remove = () =>
    attempt(
      () => ask('removeNode', { params }),
      () => goTo('nodes'),
    )
  return (
    <Card title="Take it out of work">
      <div class="stack">
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault()
            void pause()
          }}
        >
          <Field label="Reason" hint="it stands in the log, and the node’s operator sees it">
            <input
              required
              maxLength={1_000}
              value={reason}
              onInput={(event) => setReason(textOf(event))}
            />
          </Field>
          <button type="submit" class="button" disabled={node.mode === 'paused'}>
            Pause the node
          </button>
        </form>
        <Failure error={error} />
        <div class="row">
          {isSure ? (
            <>
              <span>Its assignments are lost, and it must register anew.</span>
              <button type="button" class="button grave" onClick={() => void remove()}>
                Remove {node.node_id}
              </button>
              <button type="button" class="button plain" onClick={() => setSure(false)}>
                Keep it
              </button>
            </>
          ) : (
            <button type="button" class="button grave" onClick={() => setSure(true)}>
              Remove the node…
            </button>
          )}
        </div>
      </div>
    </Card>
  )
}
