/** How often each property is tried: few in `npm test`, many in `npm run test:properties`. */
export const propertyRuns = Number(process.env['VCP_PROPERTY_RUNS'] ?? 200)
