/** Something about an agent that an operator can put right: the message is one sentence for them. */
export class AgentProblem extends Error {
  override name = 'AgentProblem'
}
