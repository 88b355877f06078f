import type { Preview } from './contract.ts'
import { dayOf } from './days.ts'
import { money } from './money.ts'

/** The invoice before it is made: its lines, what is charged now, and what comes next. */
export function PreviewLines({ preview }: { preview: Preview }) {
  const { lines, total, credit, currency, next_invoice_at, next_amount } = preview
  return (
    <table className="w-full border-collapse text-left text-base">
      <caption className="sr-only">What this costs</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">For what</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two lines may say the same
          <tr key={index} className="border-line border-b align-top">
            <td className="py-2 pr-4">
              {line.description}
              <span className="block text-xs text-faint">
                {dayOf(line.period_start)} to {dayOf(line.period_end)}
              </span>
            </td>
            <td className="whitespace-nowrap py-2 text-right">{money(line.amount, currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot className="tabular-nums">
        <tr>
          <th scope="row" className="pt-3 font-semibold">
            To pay now
          </th>
          <td className="pt-3 text-right font-semibold">{money(total, currency)}</td>
        </tr>
        {credit > 0 && (
          <tr>
            <th scope="row" className="pt-1 font-normal text-muted">
              Kept for your next invoices
            </th>
            <td className="pt-1 text-right text-muted">{money(credit, currency)}</td>
          </tr>
        )}
        {next_amount > 0 && (
          <tr>
            <th scope="row" className="pt-1 font-normal text-muted">
              Next charge, on {dayOf(next_invoice_at)}
            </th>
            <td className="pt-1 text-right text-muted">{money(next_amount, currency)}</td>
          </tr>
        )}
      </tfoot>
    </table>
  )
}
