export { createVedetteClient, type Schemas, type VedetteClient, type VedetteOptions } from './client.js';
export { dataOf, problemError, sentence, UNREACHABLE, VedetteError, type Problem } from './problem.js';
export { dateFromTicks, TICKS_PER_SECOND, ticksFromDate } from './ticks.js';
export type { components, paths } from './schema.gen.js';
export type { Middleware } from 'openapi-fetch';
