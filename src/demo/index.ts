/** Demo data for development: two tenants, every role, a year of work. */
export { DEMO_PASSWORD, demoAccounts, seedDemo, seedSubscription } from './seed.ts'
