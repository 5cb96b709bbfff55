// The dashboard of a coordinator: on a terminal a screen, elsewhere lines.
import type { Connection } from '@vcp/client'
import { systemTimers } from '../../agent/link/timers.ts'
import type { Context } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { inLines } from '../in-lines.ts'
import { onScreen } from '../on-screen.ts'
import type { ScreenStreams } from '../show.ts'
import { type NetworkFacts, noted, nothingKnown } from './facts.ts'
import { followNetwork } from './feed.ts'
import { plainTransport } from './plain-transport.ts'
import { networkSubject } from './subject.ts'

/** Fails where the coordinator does not answer at first; later that is shown. */
export function runCoordinatorDashboard(
  isReadonly: boolean,
  streams: ScreenStreams | null,
  context: Context,
): Promise<{ readonly isInterrupted: boolean }> {
  const { host, settings } = context
  const transport = plainTransport(settings()['coordinator.url'])
  const work = async (connection: Connection) => {
    const health = await connection.ask('health')
    if (streams === null) return inLines(() => connection.ask('clusterStats'), context)
    const nothing = nothingKnown(settings()['coordinator.url'], host.nowMs())
    return onScreen<NetworkFacts, never>({
      subject: networkSubject,
      facts: noted(nothing, { news: 'answered', of: 'health', answer: health }),
      isReadonly,
      streams,
      host,
      // There is nothing that could be told to a coordinator here.
      command: async () => undefined,
      follow: (session, signal) =>
        followNetwork({
          connection,
          pane: () => session.pane,
          onPane: session.onPane,
          tell: (news) => session.note((facts) => noted(facts, news)),
          timers: systemTimers,
          signal,
        }),
    })
  }
  return withCoordinator(context, work, { transport })
}
