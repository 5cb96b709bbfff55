// What answers a route. The table of routes says what comes in and what goes out; a mapped type
// turns it into one handler a route, so that a route without a handler does not compile.
import type { Readable } from 'node:stream'
import type { Refusal, RouteName, routes } from '@vcp/protocol'
import type * as z from 'zod'
import type { Identity } from '../accounts/identity.ts'
import type { Told } from './streams.ts'

type Table = typeof routes

type Part<Name extends RouteName, Key extends string> = Table[Name] extends {
  readonly [K in Key]: infer Schema extends z.ZodType
}
  ? z.output<Schema>
  : undefined

/** One request, its credentials and its form checked. */
export interface Call<Name extends RouteName> {
  readonly params: Part<Name, 'params'>
  readonly query: Part<Name, 'query'>
  readonly body: Part<Name, 'body'>
  /** Null only where the route is public and nobody signed in. */
  readonly identity: Table[Name]['access'] extends 'public' ? Identity | null : Identity
  readonly requestId: string
  readonly address: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The body of a blob, as it comes in. */
  readonly stream: Readable
}

/** Bytes, or a part of them. */
export interface BytesAnswer {
  readonly bytes: Readable
  readonly length: number
  /** Null: all of it. */
  readonly part: { readonly from: number; readonly of: number } | null
}

interface Media {
  readonly none: null
  readonly 'text/plain': string
  readonly 'text/event-stream': AsyncIterable<Told>
  readonly 'application/octet-stream': BytesAnswer
}

export type AnswerOf<Name extends RouteName> = Table[Name]['answer'] extends keyof Media
  ? Media[Table[Name]['answer']]
  : Table[Name]['answer'] extends z.ZodType
    ? z.output<Table[Name]['answer']>
    : never

export type Answered<T> =
  | Refusal
  | {
      readonly ok: true
      readonly value: T
      /** Where it is not the status in the table. */
      readonly status?: number
    }

export type Handler<Name extends RouteName> = (
  call: Call<Name>,
) => Answered<AnswerOf<Name>> | Promise<Answered<AnswerOf<Name>>>

export type Handlers = { readonly [Name in RouteName]: Handler<Name> }
