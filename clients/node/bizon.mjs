// npm's @sp-api-sdk/auth, configured by the environment; it fetches tokens, the call is ours.
import { SellingPartnerApiAuth } from "@sp-api-sdk/auth";
import https from "node:https";
import { ids, serve } from "./loop.mjs";

const auth = new SellingPartnerApiAuth({});
const host = `sellingpartnerapi-${process.env.SP_API_REGION}.amazon.com`;

function get(path, headers) {
  return new Promise((resolve, reject) => {
    const request = https.request({ host, path, headers, method: "GET" }, (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("end", () =>
        answer.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(`HTTP ${answer.statusCode}`)),
      );
    });
    request.on("error", reject);
    request.end();
  });
}

await serve(async () => {
  const headers = { "x-amz-access-token": await auth.getAccessToken(), "user-agent": "sellerkeys-clients/1" };
  return ids((await get("/sellers/v1/marketplaceParticipations", headers)).payload);
});
