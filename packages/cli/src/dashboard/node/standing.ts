// What the coordinator says of a node, to whoever is signed in there.
import type { Connection } from '@vcp/client'
import { VcpError } from '@vcp/protocol'
import type { AgentStatus } from '../../agent/api/status.ts'
import type { Context } from '../../command.ts'
import { createNewestRounds } from '../coordinator/newest-rounds.ts'
import type { NodeFacts, Rounds, Standing } from './facts.ts'

export async function standingOf(context: Context, status: AgentStatus | null): Promise<Standing> {
  const told = await asked(context, status, async (connection, { peer_id: id }) => {
    const info = await connection.ask('getNode', { params: { id } })
    const history = await connection.ask('nodeHistory', { params: { id } })
    return { info, history }
  })
  if (typeof told === 'string') return { standing: 'unknown', reason: told }
  return { standing: 'known', atMs: context.host.nowMs(), ...told }
}

/** Of the training that is held; without one, of those that may be seen. */
export async function roundsOf(
  context: Context,
  { status, training }: Pick<NodeFacts, 'status' | 'training'>,
): Promise<Rounds> {
  const held = training?.trainings[0]
  const newest = createNewestRounds(held?.task_id ?? null)
  const told = await asked(context, status, async (connection) => {
    return (await newest.read(connection)).items
  })
  if (typeof told === 'string') return { rounds: 'unknown', reason: told }
  return { rounds: 'known', all: told }
}

/** Or why nothing is known. */
async function asked<Told extends object>(
  context: Context,
  status: AgentStatus | null,
  ask: (connection: Connection, status: AgentStatus) => Promise<Told>,
): Promise<Told | string> {
  const joined = status?.coordinators.find(({ state }) => state === 'joined')
  if (status === null || joined === undefined) return 'no coordinator is joined'
  if (!/^https?:/.test(joined.place)) return 'the coordinator was joined without HTTP'
  // Loaded when somebody looks: they take memory.
  const [{ connect }, { keptCredentials }, { plainTransport }] = await Promise.all([
    import('@vcp/client'),
    import('../../task/own-credentials.ts'),
    import('../coordinator/plain-transport.ts'),
  ])
  const url = joined.place
  const credentials = keptCredentials(context, url)
  const { signal } = context.host
  const connection = connect({ url, credentials, signal, transport: plainTransport(url) })
  try {
    return await ask(connection, status)
  } catch (error) {
    if (!(error instanceof VcpError)) throw error
    return error.code === 'UNAUTHENTICATED' ? signIn : error.message
  } finally {
    await connection.close()
  }
}

const signIn = 'sign in with `vcp account login`'
