import { unaryOperator } from '../elementwise.ts'

export const exp = unaryOperator(({ graph }, _, y, cotangent) => graph.mul(cotangent, y))
