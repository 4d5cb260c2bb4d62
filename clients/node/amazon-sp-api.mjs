// npm's amazon-sp-api: client id and secret from its file or the environment, the rest by its constructor.
import { SellingPartner } from "amazon-sp-api";
import { ids, serve } from "./loop.mjs";

const client = new SellingPartner({
  region: process.env.SP_API_REGION,
  refresh_token: process.env.SP_API_REFRESH_TOKEN,
});

await serve(async () => ids(await client.callAPI({ operation: "getMarketplaceParticipations", endpoint: "sellers" })));
