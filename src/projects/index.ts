/** The example business module: projects of a tenant. It shows every convention once; copy it, then delete it. */
export { countProjects } from './queries.ts'
export { projectRoutes } from './routes.ts'
