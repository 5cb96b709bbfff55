import { unaryOperator } from '../elementwise.ts'

export const log = unaryOperator(({ graph }, x, _, cotangent) => graph.div(cotangent, x))
