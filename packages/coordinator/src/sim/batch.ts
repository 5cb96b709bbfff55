// A process that simulates seed after seed, a batch at a time, for `many.ts`.
import { type Report, simulate } from './simulate.ts'

export interface Batch {
  readonly from: number
  readonly count: number
  readonly steps: number
}

export interface BatchDone {
  readonly count: number
  readonly steps: number
  readonly entries: number
  readonly restarts: number
  readonly tasks: number
  readonly broken: readonly Report[]
}

process.on('message', ({ from, count, steps }: Batch) => {
  const reports = Array.from({ length: count }, (_, number) => simulate(from + number, { steps }))
  const sum = (of: (report: Report) => number) => reports.reduce((all, each) => all + of(each), 0)
  const done: BatchDone = {
    count,
    steps: sum((each) => each.steps),
    entries: sum((each) => each.entries),
    restarts: sum((each) => each.restarts),
    tasks: sum(({ tasks }) => tasks.completed + tasks.failed + tasks.cancelled),
    broken: reports.filter(({ broken }) => broken !== null),
  }
  process.send!(done)
})
