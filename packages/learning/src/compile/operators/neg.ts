import { unaryOperator } from '../elementwise.ts'

export const neg = unaryOperator(({ graph }, _x, _y, cotangent) => graph.scale(cotangent, -1))
