// What a page can do more quickly with a script. Without it every form still works.
const field = (name) => document.querySelector(`[name="${name}"]`)

const groupDigits = (digits) =>
  /^3[47]/.test(digits)
    ? digits.replace(/^(.{4})(.{1,6})?(.*)$/, (_, ...parts) => parts.slice(0, 3).filter(Boolean).join(' '))
    : digits.replace(/(.{4})(?=.)/g, '$1 ')

/** Keeps the caret behind the digit that it stood behind. */
function format(input, most, shape) {
  const before = input.value.slice(0, input.selectionStart ?? 0).replace(/\D/g, '').length
  input.value = shape(input.value.replace(/\D/g, '').slice(0, most))
  let caret = 0
  for (let seen = 0; seen < before && caret < input.value.length; caret += 1) {
    if (/\d/.test(input.value[caret])) seen += 1
  }
  input.setSelectionRange(caret, caret)
}

document.addEventListener('input', ({ target, inputType }) => {
  if (target.name === 'number') format(target, 19, groupDigits)
  if (target.name === 'expiry' && !inputType?.startsWith('delete')) {
    format(target, 4, (digits) => (digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits))
  }
})

function fillCard(button) {
  for (const other of document.querySelectorAll('.test-card')) other.setAttribute('aria-pressed', other === button)
  field('number').value = button.dataset.number
  field('expiry').value = button.dataset.expiry
  field('cvc').value = button.dataset.number.startsWith('3') ? '1234' : '123'
  const name = document.querySelector('input[name="name"]')
  if (name && !name.value) name.value = 'Test Person'
  const filled = document.getElementById('filled')
  if (filled) filled.textContent = `Filled in: ${button.textContent.trim().replace(/\s*\n\s*/, ', ')}`
}

document.addEventListener('click', (event) => {
  const card = event.target.closest('.test-card')
  if (card) {
    event.preventDefault()
    fillCard(card)
  }
  if (event.target.closest('[data-print]')) window.print()
})

/** Takes over the answer to a form that changes the order, so that a half-typed card stays where it is. */
async function swap(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter))
  const answer = await fetch(form.action, { method: 'POST', body })
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const [fresh, old] = [page.getElementById(form.dataset.swap), document.getElementById(form.dataset.swap)]
  const needsCard = (place) => place.querySelector('[name="number"]') !== null
  if (!fresh || !old || needsCard(page) !== needsCard(document)) return location.reload()
  const focus = document.activeElement
  const again = focus?.id
    ? `#${CSS.escape(focus.id)}`
    : focus?.getAttribute('aria-label') && `[aria-label="${CSS.escape(focus.getAttribute('aria-label'))}"]`
  old.replaceChildren(...fresh.childNodes)
  const pay = page.getElementById('pay')
  if (pay) document.getElementById('pay').textContent = pay.textContent
  const next = (again && old.querySelector(again)) || old.querySelector('[autofocus], input, button')
  next?.focus()
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.dataset.swap) {
    event.preventDefault()
    swap(form, event.submitter).catch(() => form.submit())
    return
  }
  if (!('once' in form.dataset)) return
  if (form.dataset.sent) {
    event.preventDefault()
    return
  }
  form.dataset.sent = 'yes'
  const button = event.submitter
  // After the form has been read, because a disabled button would not be sent.
  setTimeout(() => {
    if (button?.dataset.busy) button.textContent = button.dataset.busy
    for (const each of form.querySelectorAll('button')) each.disabled = true
  })
})

// The browser brings a page back from its memory with the button still disabled.
window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload())

for (const button of document.querySelectorAll('[data-print]')) button.hidden = false
