// Every command of `vcp`, a line each. A module is loaded only when its command is used, so that
// `vcp --help` stays fast however many there are.
import type { Command } from './command.ts'

export interface CommandLine {
  readonly summary: string
  load(): Promise<{ readonly command: Command }>
}

function line(summary: string, load: CommandLine['load']): CommandLine {
  return { summary, load }
}

export const nouns: Readonly<Record<string, string>> = {
  node: 'this machine at work for a network',
  'node dataset': 'data of this machine that tasks may train on',
  key: 'the identity of this node',
  wallet: 'the owner of this node: who is paid, who may remove it',
  module: 'WASM modules',
  receipt: 'what nodes sign, and how to check it',
  coordinator: 'the centre: what orders, matches and keeps the log',
  task: 'work: hand it in, follow it, take its result',
  account: 'who this machine is to a coordinator',
  ledger: 'the log of a coordinator: what happened, signed',
  round: 'steps of federated trainings',
  privacy: 'what may be learned about one example, in figures',
  proof: 'zero-knowledge proofs: what is shown without being shown',
  setup: 'the keys of circuits, and who contributed to them',
  config: 'settings and where they come from',
}

export const commands: Readonly<Record<string, CommandLine>> = {
  'node start': line(
    'take work, and stay until it is stopped',
    () => import('./commands/node/start.ts'),
  ),
  'node status': line('show what the node does', () => import('./commands/node/status.ts')),
  'node stop': line(
    'end the node, when it has done what it holds',
    () => import('./commands/node/stop.ts'),
  ),
  'node drain': line(
    'take no more, and go on with what is held',
    () => import('./commands/node/drain.ts'),
  ),
  'node pause': line('take nothing for a while', () => import('./commands/node/pause.ts')),
  'node resume': line('take work again', () => import('./commands/node/resume.ts')),
  'node logs': line('read what the node has said', () => import('./commands/node/logs.ts')),
  'node install-service': line(
    'have the node start with the machine',
    () => import('./commands/node/install-service.ts'),
  ),
  'node dataset add': line(
    'let tasks train on data of this machine, within a budget',
    () => import('./commands/node/dataset/add.ts'),
  ),
  'node dataset list': line(
    'list the data sets, and what is left of their budgets',
    () => import('./commands/node/dataset/list.ts'),
  ),
  'node dataset allow': line(
    'let the tasks of a submitter train on a data set',
    () => import('./commands/node/dataset/allow.ts'),
  ),
  'node dataset deny': line(
    'let the tasks of a submitter train on a data set no more',
    () => import('./commands/node/dataset/deny.ts'),
  ),
  'node dataset remove': line(
    'let no task train on a data set any more',
    () => import('./commands/node/dataset/remove.ts'),
  ),
  'key show': line('show the node key, or make it', () => import('./commands/key/show.ts')),
  'key backup': line(
    'write the node key to a file, encrypted',
    () => import('./commands/key/backup.ts'),
  ),
  'key restore': line(
    'bring the node key back from a backup',
    () => import('./commands/key/restore.ts'),
  ),
  'wallet create': line(
    'make an owner wallet on this machine',
    () => import('./commands/wallet/create.ts'),
  ),
  'wallet show': line(
    'show the address of the owner wallet',
    () => import('./commands/wallet/show.ts'),
  ),
  'wallet bind': line(
    'name the owner of this node, signed by the wallet',
    () => import('./commands/wallet/bind.ts'),
  ),
  run: line('run a WASM module in the sandbox, locally', () => import('./commands/run.ts')),
  'module inspect': line(
    'see what a WASM module is, and whether it would be refused',
    () => import('./commands/module/inspect.ts'),
  ),
  'module dispute': line(
    'find which of two runs is false, down to the instruction',
    () => import('./commands/module/dispute.ts'),
  ),
  'config show': line(
    'show every setting, and with --origin where it comes from',
    () => import('./commands/config/show.ts'),
  ),
  'config get': line('print one setting', () => import('./commands/config/get.ts')),
  'config set': line('write one setting to the file', () => import('./commands/config/set.ts')),
  'config unset': line(
    'take one setting out of the file',
    () => import('./commands/config/unset.ts'),
  ),
  'receipt verify': line(
    'check the evidence of a result, offline',
    () => import('./commands/receipt/verify.ts'),
  ),
  'task submit': line(
    'hand a task to the network; with --wait, verify its result',
    () => import('./commands/task/submit.ts'),
  ),
  'task list': line('list your tasks', () => import('./commands/task/list.ts')),
  'task show': line('show a task, and who had it', () => import('./commands/task/show.ts')),
  'task watch': line('follow a task until it has ended', () => import('./commands/task/watch.ts')),
  'task why': line('ask why a task waits, node by node', () => import('./commands/task/why.ts')),
  'task cancel': line(
    'cancel a task that has not ended',
    () => import('./commands/task/cancel.ts'),
  ),
  'task result': line(
    'fetch a result, verify it and print it',
    () => import('./commands/task/result.ts'),
  ),
  'account login': line(
    'sign in to the coordinator, and keep a key',
    () => import('./commands/account/login.ts'),
  ),
  'account logout': line(
    'forget the key of the coordinator',
    () => import('./commands/account/logout.ts'),
  ),
  'account show': line(
    'show what this machine may do at the coordinator',
    () => import('./commands/account/show.ts'),
  ),
  'ledger head': line(
    'show the newest signed head of the log',
    () => import('./commands/ledger/head.ts'),
  ),
  'ledger show': line(
    'show one entry of the log, and check its place',
    () => import('./commands/ledger/show.ts'),
  ),
  'ledger verify': line(
    'check a whole log, also offline from a file',
    () => import('./commands/ledger/verify.ts'),
  ),
  'ledger export': line(
    'write the whole log to a file',
    () => import('./commands/ledger/export.ts'),
  ),
  'privacy show': line(
    'show what the data sets of this node have spent',
    () => import('./commands/privacy/show.ts'),
  ),
  train: line('train a model on data that stays where it is', () => import('./commands/train.ts')),
  'round list': line('list rounds of training', () => import('./commands/round/list.ts')),
  'round show': line('show a round of training', () => import('./commands/round/show.ts')),
  'round watch': line(
    'follow the rounds of a training until it has ended',
    () => import('./commands/round/watch.ts'),
  ),
  'privacy epsilon': line(
    'ask what training with noise costs',
    () => import('./commands/privacy/epsilon.ts'),
  ),
  'privacy calibrate': line(
    'ask how much noise a budget needs',
    () => import('./commands/privacy/calibrate.ts'),
  ),
  'proof circuits': line(
    'list the circuits that come with vcp',
    () => import('./commands/proof/circuits.ts'),
  ),
  'proof compile': line(
    'make a program for the execution circuit of a WASM function',
    () => import('./commands/proof/compile.ts'),
  ),
  'proof prove': line(
    'make a proof, and check it before it is written',
    () => import('./commands/proof/prove.ts'),
  ),
  'proof solidity': line(
    'write a contract that verifies the proofs of a key',
    () => import('./commands/proof/solidity.ts'),
  ),
  'proof verify': line('check a proof, offline', () => import('./commands/proof/verify.ts')),
  'setup contribute': line(
    'add a secret to the keys of a circuit, and forget it',
    () => import('./commands/setup/contribute.ts'),
  ),
  'setup verify': line(
    'check whose keys they are, and that somebody contributed',
    () => import('./commands/setup/verify.ts'),
  ),
  'coordinator start': line(
    'start a coordinator, and stay until it is stopped',
    () => import('./commands/coordinator/start.ts'),
  ),
  dashboard: line(
    'watch the node of this machine, or a network, in the terminal',
    () => import('./commands/dashboard.ts'),
  ),
  dev: line('see what this version can do', () => import('./commands/dev.ts')),
  sim: line('run the coordinator in a simulation, from a seed', () => import('./commands/sim.ts')),
  completion: line(
    'print a completion script for your shell',
    () => import('./commands/completion.ts'),
  ),
  bench: line(
    'measure what this machine does in a second, and how evenly',
    () => import('./commands/bench.ts'),
  ),
  doctor: line(
    'examine this machine, and repair what is safe to repair',
    () => import('./commands/doctor.ts'),
  ),
}
