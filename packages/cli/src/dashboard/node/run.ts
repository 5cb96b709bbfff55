// The dashboard of the node of a data folder: on a terminal a screen, elsewhere lines.
import { VcpError } from '@vcp/protocol'
import { type AgentClient, agentClient } from '../../agent/api/client.ts'
import type { AgentStatus, Control } from '../../agent/api/status.ts'
import { heldText } from '../../agent/api/status-text.ts'
import { systemTimers } from '../../agent/link/timers.ts'
import { filesOf } from '../../agent/log/rotating-file.ts'
import type { Context } from '../../command.ts'
import { inLines } from '../in-lines.ts'
import { onScreen } from '../on-screen.ts'
import type { Session } from '../session.ts'
import type { ScreenStreams } from '../show.ts'
import { type NodeFacts, noted, nothingKnown } from './facts.ts'
import { followNode } from './feed.ts'
import { spendingIn } from './spending.ts'
import { roundsOf, standingOf } from './standing.ts'
import { nodeSubject } from './subject.ts'

/** Fails with AGENT_NOT_RUNNING where nobody answers at first; later that is shown. */
export async function runNodeDashboard(
  isReadonly: boolean,
  streams: ScreenStreams | null,
  context: Context,
): Promise<{ readonly isInterrupted: boolean }> {
  const { dataDir, host, settings } = context
  const client = agentClient(dataDir, host.env)
  const status = await client.status()
  if (streams === null) return inLines(() => client.status(), context)
  const logFiles = filesOf({
    folder: dataDir,
    name: 'agent',
    filesKept: settings()['log.files_kept'],
  })
  return onScreen<NodeFacts, Control>({
    subject: nodeSubject,
    facts: noted(nothingKnown(host.nowMs()), { news: 'status', status }),
    isReadonly,
    streams,
    host,
    command: (control, session) => tell(client, control, session),
    follow: (session, signal) =>
      followNode({
        client,
        logFiles,
        standing: () => standingOf(context, session.facts.status),
        rounds: () => roundsOf(context, session.facts),
        spending: () => spendingIn(dataDir),
        pane: () => session.pane,
        onPane: session.onPane,
        tell: (news) => session.note((facts) => noted(facts, news)),
        timers: systemTimers,
        signal,
      }),
  })
}

async function tell(
  client: AgentClient,
  control: Control,
  session: Session<NodeFacts>,
): Promise<void> {
  try {
    const status = await client.control(control)
    session.note((facts) => noted(facts, { news: 'status', status }))
    session.say(toldText(control, status), false)
  } catch (error) {
    if (!(error instanceof VcpError)) throw error
    session.say(error.message, true)
  }
}

function toldText({ control }: Control, status: AgentStatus): string {
  const until = status.paused_until_ms
  if (control === 'resume') return 'it takes work again'
  if (control === 'pause' && until !== null) {
    return `paused until ${new Date(until).toISOString()}; :resume ends it`
  }
  if (control === 'pause') return 'paused; p or :resume ends it'
  return `${control === 'drain' ? 'draining' : 'stopping'}: ${heldText(status)}`
}
