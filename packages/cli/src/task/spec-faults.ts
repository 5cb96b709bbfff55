// What is wrong with a task as somebody wrote it, so that it can be put right: for a field that
// does not exist, the one that was most likely meant.
import {
  faultsOf,
  type Outcome,
  pass,
  refuse,
  TaskSpec,
  type TaskType,
  taskSchemas,
} from '@vcp/protocol'
import * as z from 'zod'
import { nearest } from '../config/nearest.ts'

/** The task, or every fault of it in a sentence. */
export function readSpec(value: unknown): Outcome<TaskSpec> {
  const result = TaskSpec.safeParse(value)
  if (result.success) return pass(result.data)
  const unknown = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownFields(value, issue.path, issue.keys) : [],
  )
  // A field with a wrong name is missing under its right one: the first says it better.
  return refuse(
    'INVALID',
    unknown.length > 0 ? unknown.join('; ') : faultsOf(result.error).join('; '),
  )
}

function unknownFields(
  value: unknown,
  path: readonly PropertyKey[],
  names: readonly string[],
): readonly string[] {
  const known = fieldsAt(value, path)
  return names.map((name) => {
    const place = [...path.map(String), name].join('.')
    const like = nearest(name, known)
    const advice = like === null ? `there are ${known.join(', ')}` : `did you mean ${like}?`
    return `there is no field ${place}: ${advice}`
  })
}

/** The names of the fields that there may be at a place. */
function fieldsAt(value: unknown, path: readonly PropertyKey[]): readonly string[] {
  const type = (value as { readonly task_type?: TaskType }).task_type
  let schema: z.ZodType | undefined =
    type !== undefined && Object.hasOwn(taskSchemas, type) ? taskSchemas[type] : undefined
  let at: unknown = value
  for (const key of path) {
    schema = shapeOf(schema, at)?.[String(key)]
    at = (at as Record<PropertyKey, unknown> | undefined)?.[key]
  }
  return Object.keys(shapeOf(schema, at) ?? {})
}

type Shape = Readonly<Record<string, z.ZodType>>

/** The fields of an object, whatever is around it; of several forms, the one that was begun. */
function shapeOf(schema: z.ZodType | undefined, value: unknown): Shape | null {
  if (schema instanceof z.ZodObject) return schema.shape as Shape
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def
    const chosen = (value as Record<string, unknown> | undefined)?.[discriminator]
    const shapes = schema.options.map((option) => shapeOf(option as z.ZodType, value) ?? {})
    return shapes.find((shape) => shape[discriminator]?.safeParse(chosen).success) ?? null
  }
  const wraps =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional
  return wraps ? shapeOf(schema.unwrap() as z.ZodType, value) : null
}
