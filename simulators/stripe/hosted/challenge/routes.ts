/** `/3ds/{token}`: approve or fail. */
import type { FastifyInstance } from 'fastify'
import { StripeFault } from '../../world.ts'
import { message } from '../pages/layout.ts'
import { noticeOf } from '../pages/notices.ts'
import { type Form, type Hosting, sendPage } from '../pages/serve.ts'
import { answer, challengeAt } from './challenge.ts'
import { challengePage } from './page.ts'
import { addressesBehind, refuse, refusedAddress, resume } from './resume.ts'

interface Request {
  Params: { challenge: string }
  Body: Form
}

export function challengeRoutes(app: FastifyInstance, { transact, world, webhooksHeard, forms }: Hosting): void {
  app.get<Request>('/3ds/:challenge', (request, reply) => {
    const challenge = challengeAt(world, request.params.challenge)
    const page = challenge.answered
      ? message('This has been answered', 'Go back to where you paid to see what became of it.')
      : challengePage(world, challenge, forms.token(challenge.id))
    return sendPage(reply, page, addressesBehind(world, challenge))
  })

  app.post<Request>('/3ds/:challenge', async (request, reply) => {
    const { challenge: id } = request.params
    forms.assert(request.body, id)
    const { confirmed, answered } = challengeAt(world, id)
    if (answered) return reply.redirect(`/3ds/${id}`, 303)
    if (request.body.answer !== 'approve') {
      transact((world) => refuse(world, answer(world, id)))
      return reply.redirect(refusedAddress(confirmed, 'authentication_failed'), 303)
    }
    try {
      const address = transact((world) => resume(world, answer(world, id)))
      if (confirmed.kind === 'checkout') await webhooksHeard()
      return reply.redirect(address, 303)
    } catch (error) {
      if (!(error instanceof StripeFault)) throw error
      // What the refusal undid includes the answer.
      if (!challengeAt(world, id).answered) transact((world) => answer(world, id))
      return reply.redirect(refusedAddress(confirmed, noticeOf(error.body)), 303)
    }
  })
}
