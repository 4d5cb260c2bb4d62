// AWS's SDK reads the secret, Amazon's JavaScript SDK uses it: six lines bridge the two.
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SellersSpApi } from "@amazon-sp-api-release/amazon-sp-api-sdk-js";
import { ids, serve } from "./loop.mjs";

const secrets = new SecretsManagerClient({});

await serve(async () => {
  const value = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.SP_API_AWS_SECRET_ID }));
  const secret = JSON.parse(value.SecretString);
  const client = new SellersSpApi.ApiClient(`https://sellingpartnerapi-${secret.SP_API_REGION}.amazon.com`);
  client.enableAutoRetrievalAccessToken(secret.clientId, secret.clientSecret, secret.refreshToken, null);
  return ids((await new SellersSpApi.SellersApi(client).getMarketplaceParticipations()).payload);
});
