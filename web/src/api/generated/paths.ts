/** The HTTP contract. Generated from openapi.json by `npm run generate`; do not edit. */

export type Problem = {
  /** Address of a page about the code. */
  type: string
  title: string
  status: number
  /** What happened, in words for people. */
  detail: string
  instance: string
  success: false
  /** Stable, for programs. */
  code: string
  /** The same as detail. */
  message: string
  details: Array<{
    field: string
    message: string
  }>
  request_id: string
}

export interface paths {
  '/analytics/dashboard': {
    /** How the work is going: twelve months of growth, thirty days of activity */
    get: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                period: {
                  /** A day of UTC; of a month, the first. */
                  from: string
                  /** A day of UTC; of a month, the first. */
                  to: string
                }
                totals: {
                  projects: number
                  active_projects: number
                  active_members: number
                  /** Members who did something in the last thirty days. */
                  people_at_work: number
                }
                series: Array<{
                  key: string
                  /** For people. */
                  name: string
                  unit: string
                  /** How far apart the points are. */
                  interval: 'month' | 'day'
                  /** Oldest first, without gaps. */
                  points: Array<{
                    /** A day of UTC; of a month, the first. */
                    date: string
                    value: number
                  }>
                }>
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/audit-events': {
    /** What happened in the tenant, newest first */
    get: {
      parameters: {
        query?: {
          cursor?: string
          limit?: number
          action?: string
          /** Id of a person or an API key. */
          actor?: string
          from?: string
          /** Not included. */
          to?: string
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                items: Array<{
                  id: string
                  /** Place in the chain of the tenant, from 1. */
                  seq: number
                  action: string
                  /** success or failure */
                  result: string
                  actor: {
                    /** user, api_key, system or staff */
                    type: string
                    id: string | null
                    name: string | null
                    impersonator_id: string | null
                  }
                  target: {
                    type: string
                    id: string
                  } | null
                  details: Record<string, unknown>
                  ip: string
                  user_agent: string
                  request_id: string
                  at: string
                }>
                next_cursor: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/audit-events/verify': {
    /** Whether the log is whole and unchanged */
    get: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                valid: boolean
                /** Events that were found intact. */
                checked: number
                /** Hash of the last event. */
                head?: string | null
                broken?: {
                  seq: number
                  id: string | null
                  /** changed, missing, moved, truncated or added */
                  reason: string
                }
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/email/resend': {
    /** Send the confirmation again */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            /** An e-mail address. */
            email: string
            /** What was chosen before signing up; the link in the mail leads back to it. */
            intent?: {
              plan: string
              interval?: 'month' | 'year'
            }
          }
        }
      }
      responses: {
        202: {
          content: {
            'application/json': {
              success: true
              data: {
                accepted: true
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/email/verify': {
    /** Prove a mailbox */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            token: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                verified: true
                email: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/login': {
    /** Sign in */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            /** An e-mail address. */
            email: string
            password: string
            tenant_slug?: string
            /** `cookie` sets the refresh token as an HttpOnly cookie and leaves it out of the body. */
            session?: 'token' | 'cookie'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                access_token: string
                refresh_token?: string
                token_type: 'bearer'
                /** Seconds. */
                expires_in: number
                /** Seconds. */
                refresh_expires_in: number
                tenant: {
                  id: string
                  slug: string
                  name: string
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                } | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/logout': {
    /** End the session of a refresh token */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: {
        content: {
          'application/json': {
            refresh_token?: string
          }
        }
      }
      responses: {
        204: {
          content?: never
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/logout-all': {
    /** End every session of mine */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        204: {
          content?: never
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/me': {
    /** Change my name */
    patch: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            full_name?: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                user: {
                  id: string
                  email: string
                  full_name: string
                  email_verified: boolean
                  mfa_enabled: boolean
                  created_at: string
                }
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
    /** Who I am, and what I may do here */
    get: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                user: {
                  id: string
                  email: string
                  full_name: string
                  email_verified: boolean
                  mfa_enabled: boolean
                  created_at: string
                }
                tenant: {
                  id: string
                  slug: string
                  name: string
                } | null
                role: 'viewer' | 'member' | 'admin' | 'owner' | null
                permissions: Array<string>
                memberships: Array<{
                  tenant: {
                    id: string
                    slug: string
                    name: string
                  }
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                  status: 'active' | 'deactivated'
                }>
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/password/change': {
    /** Change my password; every other session ends */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            current_password: string
            new_password: string
            /** `cookie` sets the refresh token as an HttpOnly cookie and leaves it out of the body. */
            session?: 'token' | 'cookie'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                access_token: string
                refresh_token?: string
                token_type: 'bearer'
                /** Seconds. */
                expires_in: number
                /** Seconds. */
                refresh_expires_in: number
                tenant: {
                  id: string
                  slug: string
                  name: string
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                } | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/password/forgot': {
    /** Ask for a link that resets the password */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            /** An e-mail address. */
            email: string
          }
        }
      }
      responses: {
        202: {
          content: {
            'application/json': {
              success: true
              data: {
                accepted: true
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/password/reset': {
    /** Choose a new password by link */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            token: string
            password: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                reset: true
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/refresh': {
    /** Exchange a refresh token */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: {
        content: {
          'application/json': {
            refresh_token?: string
            tenant_slug?: string
            /** `cookie` sets the refresh token as an HttpOnly cookie and leaves it out of the body. */
            session?: 'token' | 'cookie'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                access_token: string
                refresh_token?: string
                token_type: 'bearer'
                /** Seconds. */
                expires_in: number
                /** Seconds. */
                refresh_expires_in: number
                tenant: {
                  id: string
                  slug: string
                  name: string
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                } | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/register': {
    /** Sign up: a person and their first tenant */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            /** An e-mail address. */
            email: string
            password: string
            full_name: string
            tenant_name: string
            tenant_slug?: string
            /** `cookie` sets the refresh token as an HttpOnly cookie and leaves it out of the body. */
            session?: 'token' | 'cookie'
            /** What was chosen before signing up; the link in the mail leads back to it. */
            intent?: {
              plan: string
              interval?: 'month' | 'year'
            }
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              success: true
              data: {
                user: {
                  id: string
                  email: string
                  full_name: string
                  email_verified: boolean
                  mfa_enabled: boolean
                  created_at: string
                }
                tenant: {
                  id: string
                  slug: string
                  name: string
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                }
                tokens: {
                  access_token: string
                  refresh_token?: string
                  token_type: 'bearer'
                  /** Seconds. */
                  expires_in: number
                  /** Seconds. */
                  refresh_expires_in: number
                  tenant: {
                    id: string
                    slug: string
                    name: string
                    role: 'viewer' | 'member' | 'admin' | 'owner'
                  } | null
                }
              }
            }
          }
        }
        202: {
          content: {
            'application/json': {
              success: true
              data: {
                verification_required: true
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/sessions': {
    /** My devices */
    get: {
      parameters: {
        query?: {
          page?: number
          per_page?: number
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                items: Array<{
                  id: string
                  created_at: string
                  last_used_at: string
                  ip: string
                  user_agent: string
                  current: boolean
                }>
                total: number
                page: number
                per_page: number
                pages: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/auth/sessions/{id}': {
    /** Sign a device out */
    delete: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        204: {
          content?: never
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/cancel': {
    /** End the subscription with its period */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody?: {
        content: {
          'application/json': Record<string, never>
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                plan: string
                plan_name: string
                /** Stripe's word, or `none`. */
                status: string
                access: 'full' | 'grace' | 'none'
                interval: string | null
                currency: string | null
                unit_amount: number | null
                seats: {
                  used: number
                  limit: number | null
                  quantity: number | null
                }
                current_period_end: string | null
                trial_end: string | null
                cancel_at: string | null
                grace_until: string | null
                scheduled_change: {
                  plan: string
                  interval: string
                  quantity: number | null
                  at: string
                } | null
                open_invoice: {
                  id: string
                  number: string | null
                  /** In the smallest unit of the currency. */
                  amount_due: number
                  currency: string
                  hosted_invoice_url: string | null
                } | null
                limits: Array<{
                  key: string
                  used: number
                  limit: number | null
                }>
                features: Array<string>
                trial_available: boolean
                synced_at: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/change': {
    /** Change plan, interval or seats */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            plan?: 'free' | 'starter' | 'pro' | 'enterprise'
            interval?: 'month' | 'year'
            quantity?: number
            /** From the preview, so that exactly what it showed is charged. */
            proration_date?: number
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                plan: string
                plan_name: string
                /** Stripe's word, or `none`. */
                status: string
                access: 'full' | 'grace' | 'none'
                interval: string | null
                currency: string | null
                unit_amount: number | null
                seats: {
                  used: number
                  limit: number | null
                  quantity: number | null
                }
                current_period_end: string | null
                trial_end: string | null
                cancel_at: string | null
                grace_until: string | null
                scheduled_change: {
                  plan: string
                  interval: string
                  quantity: number | null
                  at: string
                } | null
                open_invoice: {
                  id: string
                  number: string | null
                  /** In the smallest unit of the currency. */
                  amount_due: number
                  currency: string
                  hosted_invoice_url: string | null
                } | null
                limits: Array<{
                  key: string
                  used: number
                  limit: number | null
                }>
                features: Array<string>
                trial_available: boolean
                synced_at: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/checkout': {
    /** Open a payment page at Stripe */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            plan: 'free' | 'starter' | 'pro' | 'enterprise'
            interval: 'month' | 'year'
            quantity?: number
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              success: true
              data: {
                url: string
                session_id: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/create-checkout-session': {
    /** Open a payment page at Stripe */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            plan: 'free' | 'starter' | 'pro' | 'enterprise'
            interval: 'month' | 'year'
            quantity?: number
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              success: true
              data: {
                url: string
                session_id: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/customer-portal': {
    /** Open Stripe's page for cards, invoices and cancelling */
    get: {
      parameters: {
        query?: {
          /** Leads straight to one thing. */
          flow?: 'payment_method' | 'cancel'
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                url: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/invoices': {
    /** Invoices, newest first */
    get: {
      parameters: {
        query?: {
          page?: number
          per_page?: number
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                items: Array<{
                  id: string
                  number: string | null
                  status: string
                  billing_reason: string | null
                  currency: string
                  /** In the smallest unit of the currency. */
                  total: number
                  /** In the smallest unit of the currency. */
                  amount_due: number
                  /** In the smallest unit of the currency. */
                  amount_paid: number
                  created_at: string
                  paid_at: string | null
                  period_start: string | null
                  period_end: string | null
                  hosted_invoice_url: string | null
                  invoice_pdf: string | null
                }>
                total: number
                page: number
                per_page: number
                pages: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/plans': {
    /** The plans */
    get: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: Array<{
                key: 'free' | 'starter' | 'pro' | 'enterprise'
                name: string
                description: string
                prices: Array<{
                  interval: 'month' | 'year'
                  /** In the smallest unit of the currency. */
                  amount: number
                  currency: string
                }>
                limits: {
                  seats: number | null
                  projects: number | null
                  storage_bytes: number | null
                  ai_credits: number | null
                  api_calls: number | null
                }
                features: Array<string>
                trial_days: number
              }>
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/portal': {
    /** Open Stripe's page for cards, invoices and cancelling */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody?: {
        content: {
          'application/json': {
            /** Leads straight to one thing. */
            flow?: 'payment_method' | 'cancel'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                url: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/preview': {
    /** What a change costs and which limits it breaks */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            plan?: 'free' | 'starter' | 'pro' | 'enterprise'
            interval?: 'month' | 'year'
            quantity?: number
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                lines: Array<{
                  description: string
                  /** In the smallest unit of the currency. */
                  amount: number
                  period_start: string
                  period_end: string
                  proration: boolean
                }>
                /** What is charged now. */
                total: number
                /** What is kept for later invoices. */
                credit: number
                currency: string
                next_invoice_at: string
                /** In the smallest unit of the currency. */
                next_amount: number
                effective: 'now' | 'period_end'
                effective_at: string
                impact: Array<{
                  limit: string
                  used: number
                  allowed: number
                }>
                /** Unix seconds. */
                proration_date: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/resume': {
    /** Take back an end or a change that is scheduled */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody?: {
        content: {
          'application/json': Record<string, never>
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                plan: string
                plan_name: string
                /** Stripe's word, or `none`. */
                status: string
                access: 'full' | 'grace' | 'none'
                interval: string | null
                currency: string | null
                unit_amount: number | null
                seats: {
                  used: number
                  limit: number | null
                  quantity: number | null
                }
                current_period_end: string | null
                trial_end: string | null
                cancel_at: string | null
                grace_until: string | null
                scheduled_change: {
                  plan: string
                  interval: string
                  quantity: number | null
                  at: string
                } | null
                open_invoice: {
                  id: string
                  number: string | null
                  /** In the smallest unit of the currency. */
                  amount_due: number
                  currency: string
                  hosted_invoice_url: string | null
                } | null
                limits: Array<{
                  key: string
                  used: number
                  limit: number | null
                }>
                features: Array<string>
                trial_available: boolean
                synced_at: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/subscription': {
    /** Plan, subscription, limits and what of them is in use */
    get: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                plan: string
                plan_name: string
                /** Stripe's word, or `none`. */
                status: string
                access: 'full' | 'grace' | 'none'
                interval: string | null
                currency: string | null
                unit_amount: number | null
                seats: {
                  used: number
                  limit: number | null
                  quantity: number | null
                }
                current_period_end: string | null
                trial_end: string | null
                cancel_at: string | null
                grace_until: string | null
                scheduled_change: {
                  plan: string
                  interval: string
                  quantity: number | null
                  at: string
                } | null
                open_invoice: {
                  id: string
                  number: string | null
                  /** In the smallest unit of the currency. */
                  amount_due: number
                  currency: string
                  hosted_invoice_url: string | null
                } | null
                limits: Array<{
                  key: string
                  used: number
                  limit: number | null
                }>
                features: Array<string>
                trial_available: boolean
                synced_at: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/sync': {
    /** Read Stripe again */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody?: {
        content: {
          'application/json': Record<string, never>
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                plan: string
                plan_name: string
                /** Stripe's word, or `none`. */
                status: string
                access: 'full' | 'grace' | 'none'
                interval: string | null
                currency: string | null
                unit_amount: number | null
                seats: {
                  used: number
                  limit: number | null
                  quantity: number | null
                }
                current_period_end: string | null
                trial_end: string | null
                cancel_at: string | null
                grace_until: string | null
                scheduled_change: {
                  plan: string
                  interval: string
                  quantity: number | null
                  at: string
                } | null
                open_invoice: {
                  id: string
                  number: string | null
                  /** In the smallest unit of the currency. */
                  amount_due: number
                  currency: string
                  hosted_invoice_url: string | null
                } | null
                limits: Array<{
                  key: string
                  used: number
                  limit: number | null
                }>
                features: Array<string>
                trial_available: boolean
                synced_at: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/usage': {
    /** What the organisation used, day by day */
    get: {
      parameters: {
        query?: {
          cursor?: string
          limit?: number
          metric?: 'api_calls' | 'ai_credits'
          /** The first of the month unless given; a year at most. */
          from?: string
          /** Today unless given; included. */
          to?: string
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                items: Array<{
                  metric: 'api_calls' | 'ai_credits'
                  name: string
                  unit: string
                  /** For each calendar month; null for a metric without a limit. */
                  limit: number | null
                  /** Of the calendar month that runs, in UTC. */
                  period_total: number
                  /** Each day that was asked for, also those without use. */
                  points: Array<{
                    date: string
                    value: number
                  }>
                }>
                next_cursor: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/billing/webhook': {
    /** Told by Stripe; signed with Stripe-Signature */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              received: true
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/invitations': {
    /** Open invitations */
    get: {
      parameters: {
        query?: {
          page?: number
          per_page?: number
          search?: string
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                items: Array<{
                  id: string
                  email: string
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                  status: 'pending' | 'expired' | 'accepted' | 'revoked'
                  created_at: string
                  expires_at: string
                }>
                total: number
                page: number
                per_page: number
                pages: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/invitations/accept': {
    /** Join by invitation link */
    post: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            token: string
            password?: string
            full_name?: string
            /** `cookie` sets the refresh token as an HttpOnly cookie and leaves it out of the body. */
            session?: 'token' | 'cookie'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                access_token: string
                refresh_token?: string
                token_type: 'bearer'
                /** Seconds. */
                expires_in: number
                /** Seconds. */
                refresh_expires_in: number
                tenant: {
                  id: string
                  slug: string
                  name: string
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                } | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/invitations/lookup': {
    /** What an invitation link leads to */
    get: {
      parameters: {
        query: {
          token: string
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                tenant: {
                  name: string
                }
                email: string
                role: 'viewer' | 'member' | 'admin' | 'owner'
                state: 'new_account' | 'sign_in' | 'ready' | 'wrong_account'
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/invitations/{id}': {
    /** Revoke an invitation */
    delete: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        204: {
          content?: never
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/invitations/{id}/resend': {
    /** Send an invitation again, with a new link */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                email: string
                role: 'viewer' | 'member' | 'admin' | 'owner'
                status: 'pending' | 'expired' | 'accepted' | 'revoked'
                created_at: string
                expires_at: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/projects': {
    /** Search projects */
    get: {
      parameters: {
        query?: {
          page?: number
          per_page?: number
          search?: string
          status?: 'active' | 'paused' | 'archived'
          /** A leading minus sorts downwards. */
          sort?: 'name' | '-name' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at'
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                items: Array<{
                  id: string
                  name: string
                  description: string
                  status: 'active' | 'paused' | 'archived'
                  created_by: string
                  created_at: string
                  updated_at: string
                  version: number
                }>
                total: number
                page: number
                per_page: number
                pages: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
    /** Create a project */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            name: string
            description?: string
            status?: 'active' | 'paused' | 'archived'
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                name: string
                description: string
                status: 'active' | 'paused' | 'archived'
                created_by: string
                created_at: string
                updated_at: string
                version: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/projects/{id}': {
    /** One project */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                name: string
                description: string
                status: 'active' | 'paused' | 'archived'
                created_by: string
                created_at: string
                updated_at: string
                version: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
    /** Change a project */
    patch: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
          /** The ETag of the version that is to be changed; 412 when there is another by now. */
          'If-Match'?: string
        }
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            name?: string
            description?: string
            status?: 'active' | 'paused' | 'archived'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                name: string
                description: string
                status: 'active' | 'paused' | 'archived'
                created_by: string
                created_at: string
                updated_at: string
                version: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
    /** Delete a project */
    delete: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
          /** The ETag of the version that is to be changed; 412 when there is another by now. */
          'If-Match'?: string
        }
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        204: {
          content?: never
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/roles': {
    /** What each role may do */
    get: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                roles: Array<{
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                  permissions: Array<string>
                }>
                permissions: Array<string>
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/tenant': {
    /** This organisation */
    get: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                slug: string
                name: string
                settings: Record<string, unknown>
                role: 'viewer' | 'member' | 'admin' | 'owner'
                version: number
                created_at: string
                updated_at: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
    /** Rename or set up this organisation */
    patch: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
          /** The ETag of the version that is to be changed; 412 when there is another by now. */
          'If-Match'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            name?: string
            slug?: string
            settings?: Record<string, unknown>
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                slug: string
                name: string
                settings: Record<string, unknown>
                role: 'viewer' | 'member' | 'admin' | 'owner'
                version: number
                created_at: string
                updated_at: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/tenants': {
    /** The organisations I belong to */
    get: {
      parameters: {
        query?: {
          page?: number
          per_page?: number
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                items: Array<{
                  id: string
                  slug: string
                  name: string
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                  status: 'active' | 'deactivated'
                }>
                total: number
                page: number
                per_page: number
                pages: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
    /** Make another organisation */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            name: string
            slug?: string
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                slug: string
                name: string
                role: 'viewer' | 'member' | 'admin' | 'owner'
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/users': {
    /** The people of this organisation */
    get: {
      parameters: {
        query?: {
          page?: number
          per_page?: number
          search?: string
          role?: 'viewer' | 'member' | 'admin' | 'owner'
          status?: 'active' | 'deactivated'
          /** A leading minus sorts downwards. */
          sort?: 'name' | '-name' | 'email' | '-email' | 'role' | '-role' | 'joined_at' | '-joined_at'
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                items: Array<{
                  id: string
                  email: string
                  full_name: string
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                  status: 'active' | 'deactivated'
                  joined_at: string
                  last_active_at: string | null
                }>
                total: number
                page: number
                per_page: number
                pages: number
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
    /** Invite somebody */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path?: never
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            email: string
            role: 'viewer' | 'member' | 'admin' | 'owner'
            full_name?: string
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                email: string
                role: 'viewer' | 'member' | 'admin' | 'owner'
                status: 'pending' | 'expired' | 'accepted' | 'revoked'
                created_at: string
                expires_at: string
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/users/me': {
    /** Who I am, and what I may do here */
    get: {
      parameters: {
        query?: never
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                user: {
                  id: string
                  email: string
                  full_name: string
                  email_verified: boolean
                  mfa_enabled: boolean
                  created_at: string
                }
                tenant: {
                  id: string
                  slug: string
                  name: string
                } | null
                role: 'viewer' | 'member' | 'admin' | 'owner' | null
                permissions: Array<string>
                memberships: Array<{
                  tenant: {
                    id: string
                    slug: string
                    name: string
                  }
                  role: 'viewer' | 'member' | 'admin' | 'owner'
                  status: 'active' | 'deactivated'
                }>
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/users/{id}': {
    /** One member */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                email: string
                full_name: string
                role: 'viewer' | 'member' | 'admin' | 'owner'
                status: 'active' | 'deactivated'
                joined_at: string
                last_active_at: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
    /** Deactivate a member */
    delete: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        204: {
          content?: never
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/users/{id}/reactivate': {
    /** Bring a member back */
    post: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                email: string
                full_name: string
                role: 'viewer' | 'member' | 'admin' | 'owner'
                status: 'active' | 'deactivated'
                joined_at: string
                last_active_at: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
  '/users/{id}/role': {
    /** Change a member's role */
    patch: {
      parameters: {
        query?: never
        header?: {
          /** A request that is repeated under the same key has one effect, and gets the first answer again. */
          'Idempotency-Key'?: string
        }
        path: {
          id: string
        }
        cookie?: never
      }
      requestBody: {
        content: {
          'application/json': {
            role: 'viewer' | 'member' | 'admin' | 'owner'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              success: true
              data: {
                id: string
                email: string
                full_name: string
                role: 'viewer' | 'member' | 'admin' | 'owner'
                status: 'active' | 'deactivated'
                joined_at: string
                last_active_at: string | null
              }
            }
          }
        }
        default: {
          content: { 'application/problem+json': Problem }
        }
      }
    }
  }
}
