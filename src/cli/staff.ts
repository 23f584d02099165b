/**
 * `npm run staff -- away NAME --company N --from DAY --to DAY`: the person is offered no longer; their appointments are listed with a
 * proposal each. `--approve ID,ID…|all|none` carries those out and leaves the rest as calls to make (`npm run callbacks -- list`).
 * `npm run staff -- back NAME --company N`: they are here again. Prints personal data, for the operator's eyes.
 */
import type { AbsenceDesk, Concerned, Unclear } from '../services/absences/desk.ts'
import { plain } from '../services/mail/render.ts'
import { runCli, UsageError } from './run-cli.ts'
import { readStaffCommand, type StaffCommand } from './staff-arguments.ts'
import { withGateway } from './with-gateway.ts'

const outcomes: Record<Concerned['outcome'], string> = {
  proposed: '',
  done: 'DONE',
  to_call: 'TO CALL',
  unclear: 'UNCLEAR: look at the calendar',
}

await runCli(async () => {
  const command = readStaffCommand(process.argv.slice(2))
  await withGateway(({ absences }) => run(absences, command))
})

async function run(desk: AbsenceDesk, command: StaffCommand): Promise<void> {
  if (command.verb === 'back') {
    const { companyId, name, from } = command
    const done = await desk.back(companyId, name, from)
    if (done.kind !== 'back') throw question(done, command)
    console.log(
      done.ended === 0
        ? `${done.name} was not away.`
        : `${done.name} is back: ${done.ended} absence(s) ended.`,
    )
    return
  }
  const { approve, verb: _, ...away } = command
  const done = await desk.away(away, approve)
  if (done.kind !== 'away') throw question(done, command)
  const { name, isNew, concerned } = done
  console.log(`${name} is away from ${away.from} to ${away.to}${isNew ? '' : ' (known before)'}.`)
  for (const one of concerned) console.log(lineOf(one))
  const count = (outcome: Concerned['outcome']) => concerned.filter((one) => one.outcome === outcome).length
  console.log(
    approve === null
      ? `${concerned.length} appointment(s) concerned. Nothing has been changed: say yes with --approve.`
      : `${count('done')} changed, ${count('to_call')} left as calls to make, ${count('unclear')} unclear.`,
  )
  if (count('unclear') > 0) process.exitCode = 1
}

function lineOf({ view, personName, phone, proposal, proposalId, outcome }: Concerned): string {
  const proposed =
    proposal === null
      ? 'no proposal: call'
      : proposal.kind === 'person'
        ? `with ${plain(proposal.name, 60)}, same time`
        : `at ${proposalId?.split(':time:')[1]?.replace('T', ' ')}`
  return [
    String(view.id),
    `${view.date} ${view.time}`,
    plain(view.service, 60),
    plain(personName, 60),
    phone ?? 'no number',
    `→ ${proposed}`,
    ...(proposalId === null ? [] : [`[${proposalId}]`]),
    ...(outcome === 'proposed' ? [] : [outcomes[outcome]]),
  ].join('  ')
}

function question({ kind, names }: Unclear, { name, companyId }: StaffCommand): UsageError {
  if (kind === 'no_company') return new UsageError(`There is no company ${companyId}`)
  const known = names.map((one) => plain(one, 60)).join(', ')
  return kind === 'which'
    ? new UsageError(`"${plain(name, 60)}" may be ${known}: name one of them in full`)
    : new UsageError(`Nobody of company ${companyId} is called "${plain(name, 60)}"; there are: ${known}`)
}
