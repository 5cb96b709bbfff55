import * as z from 'zod'

export const taskTypes = [
  'federated_learning',
  'zk_proof',
  'wasm_execution',
  'computation',
  'connect_only',
] as const

export const TaskType = z.enum(taskTypes)
export type TaskType = z.infer<typeof TaskType>
