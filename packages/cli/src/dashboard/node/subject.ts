// The dashboard of a node. A pane is one file and one line here.
import type { Control } from '../../agent/api/status.ts'
import type { Subject } from '../pane.ts'
import { evidencePane } from './evidence-pane.ts'
import type { NodeFacts } from './facts.ts'
import { hardwarePane } from './hardware-pane.ts'
import { nodeHeader } from './header.ts'
import { logsPane } from './logs-pane.ts'
import { meshPane } from './mesh-pane.ts'
import { tasksPane } from './tasks-pane.ts'
import { trainingPane } from './training-pane.ts'
import { nodeVerbs } from './verbs.ts'

export const nodeSubject: Subject<NodeFacts, Control> = {
  panes: [tasksPane, hardwarePane, meshPane, trainingPane, evidencePane, logsPane],
  header: nodeHeader,
  verbs: nodeVerbs,
  logs: 'logs',
}
