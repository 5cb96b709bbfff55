// The dashboard of a network. A pane is one file and one line here.
import type { Subject } from '../pane.ts'
import type { NetworkFacts } from './facts.ts'
import { fleetPane } from './fleet-pane.ts'
import { networkHeader } from './header.ts'
import { moneyPane } from './money-pane.ts'
import { overviewPane } from './overview-pane.ts'
import { queuePane } from './queue-pane.ts'
import { roundsPane } from './rounds-pane.ts'

export const networkSubject: Subject<NetworkFacts, never> = {
  panes: [overviewPane, fleetPane, queuePane, roundsPane, moneyPane],
  header: networkHeader,
  verbs: [],
  logs: null,
}
