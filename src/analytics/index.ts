/** Figures about a tenant's own work, for plans that include them: the example of a route that is paid for. */
export { analyticsRoutes } from './routes.ts'
