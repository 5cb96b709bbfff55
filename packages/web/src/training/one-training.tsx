import type { Round, TaskId, TaskOf, TaskSpec } from '@vcp/protocol'
import { limits } from '@vcp/protocol'
import { getBlob } from '../api/blobs.ts'
import { useAsk } from '../api/use-ask.ts'
import { taskOfEvent } from '../ledger/task-of-event.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Download } from '../parts/download.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { brief, compact, measure } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { LinePlot } from '../parts/line-plot.tsx'
import { Failure, Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { taskTones, words } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'
import { Participants, Rounds } from './rounds.tsx'

type Training = TaskOf<'federated_learning'>

export function OneTraining({ taskId }: { readonly taskId: TaskId }) {
  const on = { on: (entry: Parameters<typeof taskOfEvent>[0]) => isAbout(entry, taskId) }
  const task = useAsk('getTask', { params: { id: taskId } }, on)
  const spec = useAsk('taskSpec', { params: { id: taskId } })
  const listed = useAsk(
    'listRounds',
    { query: { task_id: taskId, limit: limits.pageItemsMax } },
    { ...on, everyMs: 15_000 },
  )
  const training = trainingOf(spec.value)
  const isOther = spec.value !== null && training === null
  return (
    <>
      <PageHead
        title={`Training ${brief(taskId)}`}
        within={{ title: 'Training', href: hrefOf('training') }}
      >
        {task.value === null ? null : (
          <Badge tone={taskTones[task.value.status]}>{task.value.status}</Badge>
        )}
        <a class="button" href={hrefOf('tasks', taskId)}>
          As a task
        </a>
      </PageHead>
      <Failure error={task.error ?? spec.error ?? listed.error} />
      {isOther ? <Notice tone="bad" title="This task is no training" /> : null}
      {listed.value === null && listed.error === null ? <Waiting what="Asking" /> : null}
      {listed.value === null || isOther ? null : (
        <Course
          rounds={(listed.value['rounds'] as readonly Round[]).toSorted(byNumber)}
          training={training}
        />
      )}
    </>
  )
}

function byNumber(one: Round, other: Round): number {
  return one.number - other.number
}

/** What there is to see once the rounds are known; the plan comes by itself, or not at all. */
function Course({
  rounds,
  training,
}: {
  readonly rounds: readonly Round[]
  readonly training: Training | null
}) {
  return (
    <>
      <div class="columns wide">
        <Card
          title="Loss and accuracy"
          foot="measured by the coordinator on the held-out set of the task"
        >
          {rounds.length === 0 ? <NoRounds /> : <Metrics rounds={rounds} />}
        </Card>
        {training === null ? null : <Privacy rounds={rounds} training={training} />}
      </div>
      <div class="columns wide">
        {training === null ? null : <Plan training={training} rounds={rounds} />}
        <Participants rounds={rounds} />
      </div>
      <Model rounds={rounds} />
      <Rounds rounds={rounds} />
    </>
  )
}

function NoRounds() {
  return (
    <Empty title="No round has been opened yet">
      A round opens when enough nodes hold the data set.
    </Empty>
  )
}

/** Refused updates and rounds that were given up name the round alone: look at those too. */
function isAbout(entry: Parameters<typeof taskOfEvent>[0], taskId: TaskId): boolean {
  return taskOfEvent(entry) === taskId || 'round_id' in entry.event
}

function trainingOf(spec: TaskSpec | null): Training | null {
  return spec?.task_type === 'federated_learning' ? spec : null
}

function Metrics({ rounds }: { readonly rounds: readonly Round[] }) {
  const series = (name: string, figureOf: (round: Round) => number | null) => ({
    name,
    points: rounds.map((round) => ({ x: round.number, y: figureOf(round) })),
  })
  const xText = (x: number) => `round ${x}`
  return (
    <div class="columns">
      <LinePlot title="Loss" series={[series('loss', ({ loss }) => loss)]} xText={xText} />
      <LinePlot
        title="Accuracy"
        series={[series('accuracy', ({ accuracy }) => accuracy)]}
        xText={xText}
        to={1}
      />
    </div>
  )
}

function Privacy({
  rounds,
  training,
}: {
  readonly rounds: readonly Round[]
  readonly training: Training
}) {
  const { privacy, adaptive_clipping: isAdapted } = training.inputs
  if (privacy === null) {
    return (
      <Card title="Privacy">
        <Empty title="It trains without differential privacy">
          Its updates may tell something of single records.
        </Empty>
      </Card>
    )
  }
  const { epsilon, delta } = privacy.budget
  const spent = rounds.findLast((round) => round.epsilon_spent !== null)?.epsilon_spent ?? null
  return (
    <Card
      title="Privacy"
      foot={`for each ${privacy.unit}, at delta ${delta}; the dashed line is the budget`}
    >
      <div class="stack">
        <dl class="facts">
          <dt>Spent</dt>
          <dd>
            epsilon {measure(spent)} of {epsilon}
          </dd>
          <dt>Left</dt>
          <dd>{spent === null ? 'unknown' : measure(Math.max(0, epsilon - spent))}</dd>
          <dt>Noise, clipping</dt>
          <dd>
            {privacy.noise_multiplier}, norm {privacy.clip_norm}
            {isAdapted ? ' at first, then as long as updates are' : ''}
          </dd>
        </dl>
        <LinePlot
          title="Epsilon spent"
          series={[
            {
              name: 'epsilon',
              points: rounds.map((round) => ({ x: round.number, y: round.epsilon_spent })),
            },
          ]}
          xText={(x) => `round ${x}`}
          bound={{ y: epsilon, name: 'budget' }}
        />
      </div>
    </Card>
  )
}

function Plan({
  training: { inputs },
  rounds,
}: {
  readonly training: Training
  readonly rounds: readonly Round[]
}) {
  const done = rounds.filter(({ state }) => state === 'finalised').length
  const which = inputs.strategy === 'fedbuff' ? 'the first' : 'at least'
  return (
    <Card title="Plan">
      <dl class="facts">
        <dt>Rounds</dt>
        <dd>
          {done} of {inputs.rounds} final
        </dd>
        <dt>Strategy</dt>
        <dd>{words(inputs.strategy)}</dd>
        <dt>Data set</dt>
        <dd>{inputs.dataset}</dd>
        <dt>Loss</dt>
        <dd>{words(inputs.loss)}</dd>
        <dt>On each node</dt>
        <dd>
          {compact(inputs.local_steps)} steps of {compact(inputs.batch_size)} at{' '}
          {inputs.learning_rate}
        </dd>
        <dt>Updates</dt>
        <dd>
          {which} {inputs.updates_min} within {inputs.round_seconds} s
        </dd>
        <dt>Secure aggregation</dt>
        <dd>{inputs.secure_aggregation ? 'yes' : 'no'}</dd>
      </dl>
    </Card>
  )
}

function Model({ rounds }: { readonly rounds: readonly Round[] }) {
  const newest = rounds.findLast(({ model_out }) => model_out !== null)
  const cid = newest?.model_out ?? null
  return (
    <Card title="Model">
      {cid === null ? (
        <Empty title="No round has made a model yet" />
      ) : (
        <div class="row apart">
          <span>
            of round {newest?.number}: <Id text={cid} what="the model’s name" isWhole />
          </span>
          <Download
            name={`model-round-${newest?.number}.onnx`}
            said="its bytes are those of its name"
            fetch={() => getBlob(cid)}
          >
            Download the model
          </Download>
        </div>
      )}
    </Card>
  )
}
