// What the Node programs share: a call for every line that comes in.
import readline from "node:readline";

const SECRET = /(Atz[ar]\||amzn1\.oa2-cs\.)\S+/g;
const LONGEST = 160;

// Calls for every line; a failure is told in the client's own words, without what could be a secret.
export async function serve(call) {
  for await (const _ of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = { marketplaces: (await call()).sort() };
    } catch (error) {
      const said = `${error?.name ?? "Error"}: ${error?.code ?? ""} ${error?.message ?? error}`;
      answer = { failed: said.replaceAll(SECRET, "***").replaceAll(/\s+/g, " ").slice(0, LONGEST) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

// The ids in Amazon's answer to getMarketplaceParticipations.
export const ids = (participations) => participations.map((entry) => entry.marketplace.id);
