// Amazon's JavaScript SDK, configured by the file of `export --format official-js`.
import { SellersSpApi } from "@amazon-sp-api-release/amazon-sp-api-sdk-js";
import { pathToFileURL } from "node:url";
import { ids, serve } from "./loop.mjs";

const { AppConfig } = await import(pathToFileURL(process.env.CREDENTIAL_FILE));
const endpoint = Object.entries(AppConfig).find(([name]) => /^spApi..Endpoint$/.test(name))[1];
const client = new SellersSpApi.ApiClient(endpoint);
client.enableAutoRetrievalAccessToken(AppConfig.lwaClientId, AppConfig.lwaClientSecret, AppConfig.lwaRefreshToken, null);
const sellers = new SellersSpApi.SellersApi(client);

await serve(async () => ids((await sellers.getMarketplaceParticipations()).payload));
